import { simple } from "acorn-walk";
import MagicString from "magic-string";
import { parseScript } from "./lazy-requires.mjs";

/**
 * A minified bundle in which esbuild keeps names, with those of classes only, as these are in the log. To
 * name a function takes longer than to make it, and that each time: a start has hundreds of them.
 *
 * @param {string} bundle
 * @throws Error when there is no such function as esbuild's, or more than one.
 */
export function keepClassNames(bundle) {
  const helpers = [...bundle.matchAll(nameHelper)].map(([, name]) => name);
  if (helpers.length !== 1) throw new Error(`Functions get names by ${helpers.length} helpers.`);
  const edit = new MagicString(bundle);
  const isNaming = ({ type, callee, arguments: given }) =>
    type === "CallExpression" && callee.name === helpers[0] && isFunction(given[0]);
  simple(parseScript(bundle), {
    ExpressionStatement({ start, end, expression }) {
      if (isNaming(expression)) edit.remove(start, end);
    },
    CallExpression(call) {
      if (!isNaming(call)) return;
      const [named] = call.arguments;
      edit.overwrite(call.start, named.start, "(").overwrite(named.end, call.end, ")");
    },
  });
  return edit.toString();
}

const nameHelper = /([\w$]+)=\((\w+),(\w+)\)=>[\w$]+\(\2,"name",\{value:\3,configurable:!0\}\)/g;

/** By name only functions are named; a class names itself, as `this`. */
function isFunction({ type }) {
  return type === "Identifier" || /^(?:Arrow)?FunctionExpression$/.test(type);
}
