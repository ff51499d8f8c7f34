import { strFromU8, unzipSync, zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import {
  archiveProblems,
  maximumUploadBytes,
  textFile,
  writeArchive,
} from "../../../../tools/package/archive.ts";

const handlerOnly = { "function/func.js": textFile("// nothing") };

describe("an archive", () => {
  it("holds the files as they are", () => {
    const text = "é".repeat(1_000);
    const archive = writeArchive({ ...handlerOnly, "resources/pools.yaml": textFile(text) });

    expect(strFromU8(unzipSync(archive)["resources/pools.yaml"] ?? new Uint8Array())).toBe(text);
  });

  it("has the same bytes in any time zone and any order", () => {
    const one = textFile("1");
    const other = textFile("2");
    const zone = process.env["TZ"];
    const archives = ["UTC", "Asia/Kolkata", "America/St_Johns"].map((name, turn) => {
      process.env["TZ"] = name;
      const files =
        turn === 1
          ? { "function/b": other, "function/a": one }
          : { "function/a": one, "function/b": other };
      return Buffer.from(writeArchive(files)).toString("hex");
    });
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;

    expect(new Set(archives).size).toBe(1);
  });

  it("says that everybody may read its files, as Fn runs them as another user", () => {
    const archive = Buffer.from(writeArchive(handlerOnly));
    // The external attributes of the first entry of the central directory, and who made it.
    const entry = archive.indexOf(Buffer.from("504b0102", "hex"));

    expect(archive.readUInt8(entry + 5)).toBe(3);
    expect((archive.readUInt32LE(entry + 38) >>> 16).toString(8)).toBe("100644");
  });
});

describe("what OCI would refuse", () => {
  it("is nothing of a function with its resources", () => {
    const archive = writeArchive({ ...handlerOnly, "resources/pools.yaml": textFile("pools: []") });
    expect(archiveProblems(archive)).toEqual([]);
  });

  it.each([
    [{ "func.js": textFile("") }, /no function\/func.js.*/],
    [{ ...handlerOnly, "pools.yaml": textFile("") }, /at the root: move pools.yaml\.$/],
    [{ ...handlerOnly, "native/x.js": textFile("") }, /at the root: move native\/x.js\.$/],
    [{ ...handlerOnly, "function/../../x": textFile("") }, /move function\/..\/..\/x\.$/],
    [{ ...handlerOnly, "function/x.node": textFile("") }, /leave out function\/x.node\.$/],
  ])("is named: %#", (files, problem) => {
    const problems = archiveProblems(writeArchive(files));
    expect(problems.some((text) => problem.test(text))).toBe(true);
  });

  it("is a package over 25 MB, and the message says where else it can go", () => {
    const large = new Uint8Array(maximumUploadBytes);
    const archive = zipSync({ ...handlerOnly, "resources/pools.yaml": large }, { level: 0 });

    expect(archiveProblems(archive)).toEqual([
      expect.stringMatching(/^The package has 25\.0 MB, .* put the package into Object Storage/),
    ]);
  });
});
