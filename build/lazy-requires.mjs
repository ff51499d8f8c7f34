import { parse } from "acorn";
import { ancestor } from "acorn-walk";
import MagicString from "magic-string";

/**
 * A CommonJS module, changed so that it loads another one when it first uses it, not when it is
 * loaded itself: what is never used is never evaluated, and what nobody names leaves the bundle.
 * For modules only that don't care when the others run.
 *
 * @param {string} source
 * @param {(specifier: string, name: string) => string | undefined} [resolveName] the expression for
 *   a name of another module, where a module only passes it on; undefined to ask that module.
 */
export function loadLazily(source, resolveName = () => undefined) {
  const program = parseScript(source);
  const edit = new MagicString(source);
  const required = requiresOf(program);
  const uses = usesOf(program, required);
  for (const [name, { statement, init, specifier }] of required) {
    // Bound or set elsewhere too: it isn't always what was required.
    if (!uses.has(name)) continue;
    const text = source.slice(init.start, init.end);
    if (statement.declarations.length === 1) edit.remove(statement.start, statement.end);
    else edit.overwrite(init.start, init.end, "undefined");
    for (const { identifier, parent } of uses.get(name)) {
      const named = isObjectOf(parent, identifier) && resolveName(specifier, parent.property.name);
      const [replaced, expression] = named ? [parent, named] : [identifier, text];
      // `new require("…")` would be another call; elsewhere a parenthesis could continue a line.
      const constructed = /new\s+$/.test(source.slice(0, replaced.start));
      edit.overwrite(replaced.start, replaced.end, constructed ? `(${expression})` : expression);
    }
  }
  const isRequired = (node) => uses.has(rootOf(node).name) || moduleOf(rootOf(node)) !== undefined;
  for (const { expression } of program.body) {
    if (expression?.type !== "AssignmentExpression") continue;
    const { name } = expression.left.property ?? {};
    // A name that is exported again later needn't be what it is here.
    const again = new RegExp(`\\bexports\\.${name}\\s*=[^=]`).test(source.slice(expression.end));
    if (!again) deferExports(expression, isRequired, edit);
  }
  return edit.toString();
}

/** Of `a.b.c`, a. */
function rootOf(node) {
  return node.type === "MemberExpression" ? rootOf(node.object) : node;
}

/** What a module only passes on becomes a getter, or it would be loaded for that. */
function deferExports({ left, right }, isRequired, edit) {
  const { object, property } = left;
  if (object?.name === "exports" && isRequired(right)) {
    const define = `Object.defineProperty(exports, ${JSON.stringify(property.name)}, `;
    edit.overwrite(left.start, right.start, `${define}{ enumerable: true, get: () => `);
    edit.appendLeft(right.end, " })");
  } else if (object?.name === "module" && property.name === "exports") {
    for (const { start, key, value, computed } of right.properties ?? []) {
      if (computed || !isRequired(value)) continue;
      edit.overwrite(start, value.start, `get ${key.name ?? key.raw}() { return `);
      edit.appendLeft(value.end, "; }");
    }
  }
}

export function parseScript(source) {
  return parse(source, { ecmaVersion: "latest", sourceType: "script", allowHashBang: true });
}

const interopHelpers = new Set(["__importStar", "__importDefault"]);

/** The module of `require("…")`, also within the helpers that TypeScript adds. */
export function moduleOf(expression) {
  if (expression?.type !== "CallExpression" || expression.callee.type !== "Identifier") return;
  const { callee, arguments: [argument] } = expression;
  if (interopHelpers.has(callee.name)) return moduleOf(argument);
  if (callee.name === "require" && argument?.type === "Literal") return argument.value;
}

/** Every top-level `const name = require("…")`. */
function requiresOf(program) {
  const required = new Map();
  for (const statement of program.body) {
    if (statement.type !== "VariableDeclaration") continue;
    for (const { id, init } of statement.declarations) {
      const specifier = moduleOf(init);
      if (id.type !== "Identifier" || specifier === undefined) continue;
      required.set(id.name, { statement, init, specifier });
    }
  }
  return required;
}

/** Where each name is read; without the names that the module binds or sets a second time. */
function usesOf(program, names) {
  const uses = new Map([...names.keys()].map((name) => [name, []]));
  const bindings = new Map();
  ancestor(program, {
    Identifier(identifier, _state, ancestors) {
      const parent = ancestors.at(-2);
      if (parent.type === "Property" && parent.shorthand) uses.delete(identifier.name);
      uses.get(identifier.name)?.push({ identifier, parent });
    },
    VariablePattern({ name }) {
      bindings.set(name, (bindings.get(name) ?? 0) + 1);
    },
  });
  for (const name of names.keys()) if (bindings.get(name) !== 1) uses.delete(name);
  return uses;
}

function isObjectOf(parent, identifier) {
  return parent.type === "MemberExpression" && parent.object === identifier && !parent.computed;
}
