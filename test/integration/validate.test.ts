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

  it("says where a file goes that is too long for POOLS", async () => {
    const pool = (index: number) =>
      `  - instancePoolId: ocid1.instancepool.oc1.iad.aaaaaaaademo${index}\n`;
    const path = file(`pools:\n${Array.from({ length: 80 }, (_, index) => pool(index)).join("")}`);

    const { code, stdout } = await validate(path);

    expect(code).toBe(0);
    expect(stdout).toMatch(/As POOLS it takes 5,\d+ bytes, and OCI has room for 4,096/);
    expect(stdout).toContain(`npm run package -- --pools ${path}`);
  });

  it("says which pools a file selects", async () => {
    const { code, stdout } = await validate("examples/pools-select.yaml");

    expect(code).toBe(0);
    expect(stdout).toContain(
      'pools "web-*" of ocid1.compartment.oc1..aaaaaaaademo and those below it',
    );
  });

  it("exits with 0 when the file is right, and lists its pools", async () => {
    const { code, stdout } = await validate("examples/pools.yaml");

    expect(code).toBe(0);
    expect(stdout).toBe("examples/pools.yaml: 2 pool(s): web, batch\n");
  });

  it("says that a file has no pools", async () => {
    const path = file("pools:\n");

    expect((await validate(path)).stdout).toBe(`${path}: no pools\n`);
  });

  it("exits with 1 when PromQL doesn't parse, and says where", async () => {
    const { code, stderr } = await validate(
      file(`
prometheus:
  exporters:
    right: { cpu: "avg by (instance) (rate(x{$selector}[$window]))", unit: ratio }
    wrong: { cpu: "avg by (instance (x{$selector})", memory: "x{$selector", unit: ratio }
`),
    );

    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toEqual([
      expect.stringMatching(
        /yaml:5:14: prometheus\.exporters\.wrong\.cpu: is no PromQL: .* at "\(x\{/,
      ),
      expect.stringMatching(
        /yaml:5:54: prometheus\.exporters\.wrong\.memory: is no PromQL: .* at "its end"/,
      ),
    ]);
  });

  it("exits with 1 and names every problem, with the key that was probably meant", async () => {
    const path = file(`
default: {}
defaults: { windowMinuts: 5 }
prometheus: { servers: { eu: { ulr: "http://x" } } }
pools:
  - name: web
    instancePoolId: ocid1.instance.oc1.iad.notapool
  - name: db
    instancePoolId: ocid1.instancepool.oc1.iad.aaaa
    source: prometheus
    prometheus: { server: us, steel: idle }
`);
    const { code, stderr } = await validate(path);

    expect(code).toBe(1);
    expect(stderr.split("\n").filter((line) => !line.startsWith("npm warn"))).toEqual([
      `${path}:2:1: default: unknown key; did you mean defaults?`,
      `${path}:3:13: defaults.windowMinuts: unknown key; did you mean windowMinutes?`,
      `${path}:4:26: prometheus.servers.eu.url: is missing`,
      `${path}:4:32: prometheus.servers.eu.ulr: unknown key; did you mean url?`,
      `${path}:7:5: pools[0].instancePoolId: not the OCID of an instance pool, got "ocid1.instance.oc1.iad.notapool"`,
      `${path}:11:19: pools[1].prometheus.server: no Prometheus server "us"; none is configured: set PROMETHEUS_URL`,
      `${path}:11:31: pools[1].prometheus.steel: unknown key; did you mean steal?`,
      "",
    ]);
  });

  it.each([
    ["not YAML: [", /pools.yaml:1:12: .*a closing bracket is missing|is missing here/],
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
      stderr: expect.stringContaining("Cannot read missing.yaml: there is no such file."),
    });
    expect(await validate("docs")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Cannot read docs: it is a directory."),
    });
  });
});
