import { simple } from "acorn-walk";
import MagicString from "magic-string";
import { parseScript } from "./lazy-requires.mjs";

/**
 * A service's clients (`lib/client.js` of its package), of which only the classes and methods are
 * left that are called by these names, and those that they call themselves. What is left is as the
 * SDK wrote it.
 *
 * @param {string} source
 * @param {ReadonlySet<string>} called
 * @throws Error when the file is not what the SDK's generator makes, or none of it is called.
 */
export function keepCalledMethods(source, called) {
  const program = parseScript(source);
  const edit = new MagicString(source);
  const classes = program.body.filter(({ type }) => type === "ClassDeclaration");
  const dropped = new Set();
  for (const declaration of classes) {
    if (!called.has(declaration.id.name)) dropped.add(declaration.id.name);
    else dropMethods(declaration, called, edit);
  }
  if (dropped.size === classes.length) throw new Error("No client of this service is used.");
  for (const statement of program.body) {
    if (isPartOf(statement, dropped)) edit.remove(statement.start, statement.end);
    else refuseMention(statement, dropped);
  }
  return edit.toString();
}

/** Whether a top-level statement is such a class, exports it, or sets one of its constants. */
function isPartOf(statement, dropped) {
  if (statement.type === "ClassDeclaration") return dropped.has(statement.id.name);
  if (statement.expression?.type !== "AssignmentExpression") return false;
  const { left, right } = statement.expression;
  return dropped.has(right.name) || dropped.has(left.object?.name);
}

function refuseMention(statement, dropped) {
  simple(statement, {
    Identifier({ name }) {
      if (dropped.has(name)) throw new Error(`What is left still needs ${name}.`);
    },
  });
}

function dropMethods({ id, superClass, body }, called, edit) {
  const unknown = body.body.find(({ type, computed }) => type !== "MethodDefinition" || computed);
  if (superClass || unknown) throw new Error(`${id.name} is no class as the SDK generates it.`);
  // A client is made and configured by its constructor and its properties.
  const kept = new Set(
    body.body.filter(({ kind, key }) => kind !== "method" || called.has(key.name)),
  );
  for (const method of kept) {
    const callees = calledOnThis(method);
    for (const other of body.body) if (callees.has(other.key.name)) kept.add(other);
  }
  for (const method of body.body) if (!kept.has(method)) edit.remove(method.start, method.end);
}

function calledOnThis(method) {
  const names = new Set();
  simple(method, {
    MemberExpression({ object, property }) {
      if (object.type === "ThisExpression") names.add(property.name ?? property.value);
    },
  });
  return names;
}
