import { isBuiltin } from "node:module";
import { describe, expect, it } from "vitest";
import { buildFunction, ociServices } from "../../build.mjs";

describe("the bundle", () => {
  it("holds of the SDK only the services that the function uses", async () => {
    const { inputs } = await buildFunction();

    const packages = Object.keys(inputs).flatMap(
      (path) => /node_modules\/(oci-[^/]+)/.exec(path)?.[1] ?? [],
    );
    // oci-core brings oci-workrequests for its waiters.
    expect([...new Set(packages)].sort()).toEqual(
      [...Object.values(ociServices), "oci-workrequests"].sort(),
    );
  });

  it("is one file that needs no package beside it", async () => {
    const { outputs } = await buildFunction();

    const imports = Object.values(outputs).flatMap((output) =>
      output.imports.map(({ path }) => path),
    );
    expect(imports.filter((path) => !isBuiltin(path))).toEqual([]);
    expect(Object.keys(outputs).sort()).toEqual(["dist/func.cjs", "dist/func.cjs.LEGAL.txt"]);
  });
});
