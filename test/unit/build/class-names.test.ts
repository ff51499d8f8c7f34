import { runInNewContext } from "node:vm";
import { transform } from "esbuild";
import { describe, expect, it } from "vitest";
import { keepClassNames } from "../../../build/class-names.mjs";

async function namesIn(source: string): Promise<readonly string[]> {
  const { code } = await transform(source, { minify: true, keepNames: true, format: "cjs" });
  const module: { exports: { names?: () => readonly string[] } } = { exports: {} };
  runInNewContext(keepClassNames(code), { module });
  return [...(module.exports.names?.() ?? [])];
}

describe("keepClassNames", () => {
  it("keeps the names of classes, also of those that aren't declared", async () => {
    const names = await namesIn(`
      class ReadError extends Error {}
      const WriteError = class extends ReadError {};
      function unused() {}
      export const names = () => [ReadError, WriteError].map(({ name }) => name);
    `);

    expect(names).toEqual(["ReadError", "WriteError"]);
  });

  it.each([
    "function first() { return 1; } const value = first();",
    "const first = () => 1, value = first();",
    "const first = function () { return 1; }; const value = first();",
    "const value = (() => { const first = async () => 0; return first() && 1; })();",
    "const given = undefined; const first = given ?? (() => 1); const value = first();",
  ])("leaves functions as they are, without theirs: %s", async (source) => {
    const whole = `${source}; class A {} module.exports = { names: () => [String(value)] };`;

    expect(await namesIn(whole)).toEqual(["1"]);
  });

  it("refuses a bundle in which esbuild names functions otherwise", () => {
    expect(() => keepClassNames("var a = 1;")).toThrow("0 helpers");
  });
});
