import { join } from "node:path";
import { simple } from "acorn-walk";
import { moduleOf, parseScript } from "./lazy-requires.mjs";

/**
 * What an index file of the SDK exports, and the expression that loads of it only the module which
 * that comes from.
 *
 * @param {string} source
 * @param {string} directory of the index file
 * @returns {Map<string, string>} expressions by exported name
 * @throws Error when it is not what TypeScript makes of a file that only exports others.
 */
export function exportsOf(source, directory) {
  const modules = new Map();
  const found = new Map();
  const add = (name, value) => {
    const module = modules.get(value.type === "MemberExpression" ? value.object.name : value.name);
    if (module === undefined) throw new Error(`${name} is exported, but not of another file.`);
    const path = JSON.stringify(join(directory, module));
    const property = value.type === "MemberExpression" ? `.${value.property.name}` : "";
    found.set(name, `require(${path})${property}`);
  };
  for (const { expression, declarations = [] } of parseScript(source).body) {
    for (const { id, init } of declarations) modules.set(id.name, moduleOf(init));
    if (expression?.left?.object?.name === "exports") collect(expression, add);
    else if (expression?.callee?.property?.name === "defineProperty")
      collectGetter(expression, add);
  }
  return found;
}

/** `exports.A = a.A`; TypeScript also writes `exports.A = exports.B = void 0` in the beginning. */
function collect({ left, right }, add) {
  if (right.type === "Identifier" || right.type === "MemberExpression") {
    add(left.property.name, right);
  }
}

/** `Object.defineProperty(exports, "A", { enumerable: true, get: function () { return a.A; } })` */
function collectGetter({ arguments: [, name, descriptor] }, add) {
  const getter = descriptor.properties.find(({ key }) => key.name === "get");
  if (getter === undefined) return;
  simple(getter, { ReturnStatement: ({ argument }) => add(name.value, argument) });
}
