import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { editPackage } from "../../../build/edits.mjs";

const source = (path: string) => readFileSync(path, "utf8");

describe("editPackage", () => {
  it.each([
    "node_modules/@fnproject/fdk/fn-fdk.js",
    "node_modules/oci-common/lib/signer.js",
    "node_modules/pino/lib/tools.js",
    "node_modules/p-retry/index.js",
    "node_modules/axios/lib/adapters/fetch.js",
    "node_modules/axios/lib/utils.js",
  ])("edits %s as it is installed", (path) => {
    const edited = editPackage(source(path), `/somewhere/${path}`);

    expect(edited).not.toBe(source(path));
  });

  it("leaves other modules alone", () => {
    const path = "node_modules/axios/lib/axios.js";

    expect(editPackage(source(path), `/somewhere/${path}`)).toBe(source(path));
  });

  it("refuses a module that has changed", () => {
    const edit = () => editPackage("", "/somewhere/node_modules/oci-common/lib/signer.js");

    expect(edit).toThrow("oci-common/lib/signer.js");
  });
});
