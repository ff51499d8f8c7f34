import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { loadLazily } from "../../../build/lazy-requires.mjs";

const modules: Readonly<Record<string, unknown>> = {
  a: { value: 1, Class: class {}, self: () => "a" },
  b: class B {},
};

/** Runs a module; returns what it exports, and what it has loaded by then and when it is asked. */
function load(source: string): { exports: Record<string, () => unknown>; loaded: string[] } {
  const loaded: string[] = [];
  const module: { exports: Record<string, () => unknown> } = { exports: {} };
  const require = (name: string) => {
    loaded.push(name);
    return modules[name];
  };
  runInNewContext(loadLazily(source), { module, exports: module.exports, require });
  return { exports: module.exports, loaded };
}

describe("loadLazily", () => {
  it.each([
    'const a = require("a"); exports.read = () => a.value;',
    'var a = require("a"), other = 2; exports.read = () => a.value;',
    'var value = require("a").value; exports.read = () => value;',
    'const { helper } = {}; const a = require("a"); exports.read = function () { return a["value"]; };',
    // Without semicolons, as the FDK is written.
    'const a = require("a")\nexports.read = () => {\n  const x = 1\n  a.self()\n  return x\n}',
  ])("loads what is required when it is used: %s", (source) => {
    const { exports, loaded } = load(source);

    expect(loaded).toEqual([]);
    expect(exports["read"]?.()).toBe(1);
    expect(loaded).not.toEqual([]);
  });

  it.each([
    ['var a = require("a"); module.exports = { value: a.value, two: 2 };', "value", 1],
    ['module.exports = { value: require("a").value };', "value", 1],
    ['module.exports.value = require("a").value', "value", 1],
    ['exports.value = void 0; const a = require("a"); exports.value = a.value;', "value", 1],
  ])("passes on what it exports when that is asked for: %s", (source, name, value) => {
    const { exports, loaded } = load(source);

    expect(loaded).toEqual([]);
    expect(exports[name]).toBe(value);
    expect(Object.keys(exports)).toContain(name);
  });

  it("makes objects of the class that is required", () => {
    const { exports } = load(`
      const B = require("b"), a = require("a");
      exports.read = () => [new B(), new a.Class()].map((made) => made.constructor.name).join();
    `);

    expect(exports["read"]?.()).toBe("B,Class");
  });

  it.each([
    ['let a = require("a"); a = { value: 2 }; exports.read = () => a.value;', 2],
    ['const a = require("a"); exports.read = () => ((a) => a.value)({ value: 3 });', 3],
    [
      'const a = require("a"); exports.read = () => { const a = { value: 4 }; return a.value; };',
      4,
    ],
    [
      'const a = require("a"); exports.value = a.value; exports.value = 5; exports.read = () => exports.value;',
      5,
    ],
    ['const a = require("a"); exports.read = () => ({ a }).a.value;', 1],
  ])("leaves alone what isn't always that module: %s", (source, value) => {
    const { exports } = load(source);

    expect(exports["read"]?.()).toBe(value);
  });

  it("takes a name from where it really comes from", () => {
    const source = 'const model = require("./model"); exports.f = () => new model.Pool(model.x);';
    const resolve = (module: string | undefined, name: string) =>
      module === "./model" && name === "Pool" ? 'require("./model/pool").Pool' : undefined;

    expect(loadLazily(source, resolve)).toBe(
      ' exports.f = () => new (require("./model/pool").Pool)(require("./model").x);',
    );
  });
});
