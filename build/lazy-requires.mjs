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
  // Without the names that are bound or set elsewhere too: they aren't always what was required.
  for (const [name, places] of uses) {
    const { statement, init, specifier } = required.get(name);
    if (statement.declarations.length === 1) edit.remove(statement.start, statement.end);
    else edit.overwrite(init.start, init.end, "undefined");
    for (const { identifier, parent } of places) {
      const named = isObjectOf(parent, identifier) && resolveName(specifier, parent.property.name);
      if (named) substitute(parent, named, edit);
      else substitute(identifier, source.slice(init.start, init.end), edit);
    }
  }
  const isRequired = (node) => uses.has(rootOf(node).name) || moduleOf(rootOf(node)) !== undefined;
  deferExports(program, isRequired, edit);
  return edit.toString();
}

/** Put into parentheses everywhere, it would continue the line before where that has no semicolon. */
function substitute(node, expression, edit) {
  // `new require("…")` would be another call.
  const constructed = /new\s+$/.test(edit.original.slice(0, node.start));
  edit.overwrite(node.start, node.end, constructed ? `(${expression})` : expression);
}

/** Of `a.b.c`, a. */
function rootOf(node) {
  return node.type === "MemberExpression" ? rootOf(node.object) : node;
}

/** What a module only passes on becomes a getter, or it would be loaded for that. */
function deferExports({ body }, isRequired, edit) {
  for (const { end, expression } of body) {
    if (expression?.type !== "AssignmentExpression") continue;
    const { left, right } = expression;
    const { name } = left.property ?? {};
    if (left.object?.name === "module" && name === "exports" && right.properties) {
      for (const entry of right.properties) deferProperty(entry, isRequired, edit);
    }
    if (!isExports(left.object) || !isRequired(right)) continue;
    if (!isExported(name, edit.original.slice(end))) deferExport(left, right, edit);
  }
}

/** `exports`, or `module.exports`. */
function isExports(node) {
  return (
    node?.name === "exports" ||
    (node?.object?.name === "module" && node.property.name === "exports")
  );
}

/** Again, after the module passed it on: then it needn't be what it is here. */
function isExported(name, source) {
  return new RegExp(`\\bexports\\.${name}\\s*=[^=]`).test(source);
}

function deferProperty({ start, key, value, computed }, isRequired, edit) {
  if (computed || !value || !isRequired(value)) return;
  edit.overwrite(start, value.start, `get ${key.name ?? key.raw}() { return `);
  edit.appendLeft(value.end, "; }");
}

function deferExport({ start, object, property }, right, edit) {
  const exported = edit.original.slice(object.start, object.end);
  const name = JSON.stringify(property.name);
  const define = `Object.defineProperty(${exported}, ${name}, { enumerable: true, get: () => `;
  edit.overwrite(start, right.start, define);
  edit.appendLeft(right.end, " })");
}

export function parseScript(source) {
  return parse(source, { ecmaVersion: "latest", sourceType: "script", allowHashBang: true });
}

const interopHelpers = new Set(["__importStar", "__importDefault"]);

/** The module of `require("…")`, also within the helpers that TypeScript adds. */
export function moduleOf(expression) {
  if (expression?.type !== "CallExpression" || expression.callee.type !== "Identifier") return;
  const {
    callee,
    arguments: [argument],
  } = expression;
  if (interopHelpers.has(callee.name)) return moduleOf(argument);
  if (callee.name === "require" && argument?.type === "Literal") return argument.value;
}

/** Every top-level `const name = require("…")`, or a property of that. */
function requiresOf(program) {
  const required = new Map();
  for (const statement of program.body) {
    if (statement.type !== "VariableDeclaration") continue;
    for (const { id, init } of statement.declarations) {
      if (id.type !== "Identifier" || !init || moduleOf(rootOf(init)) === undefined) continue;
      required.set(id.name, { statement, init, specifier: moduleOf(init) });
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
