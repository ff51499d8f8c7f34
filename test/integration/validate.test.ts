import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

const root = new URL("../..", import.meta.url).pathname;

/** Runs `npm run validate`, as a person would. */
function validate(...args: readonly string[]) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const command = ["run", "--silent", "validate", "--", ...args];
    execFile("npm", command, { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), stdout, stderr });
    });
  });
}

describe("npm run validate", () => {
  let directory: TemporaryDirectory;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
  });
  afterAll(() => directory.remove());

  function file(text: string): string {
    const path = join(directory.path, "pools.yaml");
    writeFileSync(path, text);
    return path;
  }

  it("exits with 0 when the file is right, and lists its pools", async () => {
    const { code, stdout } = await validate("examples/pools.yaml");

    expect(code).toBe(0);
    expect(stdout).toBe("examples/pools.yaml: 2 pool(s): web, batch\n");
  });

  it("exits with 1 and names every problem, with the key that was probably meant", async () => {
    const { code, stderr } = await validate(
      file(`
defaults: { windowMinuts: 5 }
prometheus: { servers: { eu: { ulr: "http://x" } } }
pools:
  - name: web
    instancePoolId: ocid1.instance.oc1.iad.notapool
  - name: db
    instancePoolId: ocid1.instancepool.oc1.iad.aaaa
    source: prometheus
    prometheus: { server: us, steel: idle }
`),
    );

    expect(code).toBe(1);
    expect(stderr.split("\n").filter((line) => !line.startsWith("npm warn"))).toEqual([
      "prometheus.servers.eu.url: is missing",
      "prometheus.servers.eu.ulr: unknown key; did you mean url?",
      "defaults.windowMinuts: unknown key; did you mean windowMinutes?",
      'pools[0].instancePoolId: not the OCID of an instance pool, got "ocid1.instance.oc1.iad.notapool"',
      "pools[1].prometheus.steel: unknown key; did you mean steal?",
      "",
    ]);
  });

  it.each([
    ["not YAML: [", /POOLS_FILE: neither JSON nor YAML/],
    ["text", /expected an object with pools/],
  ])("exits with 1 for %j", async (text, message) => {
    const { code, stderr } = await validate(file(text));

    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });

  it("says how it is called, and that a file can't be read", async () => {
    expect(await validate()).toMatchObject({ code: 1, stderr: expect.stringContaining("Usage:") });
    expect(await validate("missing.yaml")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("cannot read missing.yaml"),
    });
  });
});
