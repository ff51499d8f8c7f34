import { execFile } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { InfluxDB } from "../support/influxdb.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import { blocks, read } from "../support/pages.ts";

const root = new URL("../../", import.meta.url);
const page = "docs/adding-a-metrics-source.md";
const examples = "examples/adding-a-metrics-source";

/** What a person who reads the page has, but for what nobody is told to touch. */
const copy = new URL("coverage/adding-a-metrics-source/", root);
const tests = ["test/contract", "test/faults", "test/support"];
const folders = ["build", examples, "local", "src", "tools", ...tests];
const files = ["biome.json", "build.mjs", "package.json", "tsconfig.json", "vitest.config.ts"];

/** The page's code, as it would stand in a file: of the example, and then what is typed. */
const [asked = "", meant = "", sources = "", imports = "", line = "", ...others] = blocks(
  page,
  "ts",
).map((block) => block.replaceAll(/^ {3}/gm, ""));

/** The page's commands. */
const commands = [...read(page).matchAll(/`((?:cp|sed|npm|npx) [^`]+)`/g)].map(
  ([, command = ""]) => command,
);

function command(beginning: string): string {
  const [only = "", another] = new Set(commands.filter((one) => one.startsWith(beginning)));
  expect([only, another]).toEqual([expect.stringContaining(beginning), undefined]);
  return only;
}

/** Runs a command in the copy, without what vitest sets; its output is what a terminal would show. */
async function run(line: string): Promise<{ readonly code: number; readonly output: string }> {
  const { PATH = "", HOME = "/" } = process.env;
  const options = { cwd: fileURLToPath(copy), env: { PATH, HOME, NO_COLOR: "1" } };
  const shell = promisify(execFile)("bash", ["-c", `{ ${line}\n} 2>&1`], options);
  return shell.then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    ({ code, stdout }: { readonly code: number; readonly stdout: string }) => ({
      code,
      output: stdout,
    }),
  );
}

function edit(path: string, ...changes: readonly (readonly [from: RegExp, to: string])[]): void {
  const place = new URL(path, copy);
  let text = readFileSync(place, "utf8");
  for (const [from, to] of changes) {
    expect(text).toMatch(from);
    text = text.replace(from, () => to);
  }
  writeFileSync(place, text);
}

describe("docs/adding-a-metrics-source.md, word for word", { timeout: 300_000 }, () => {
  let server: InfluxDB;

  beforeAll(async () => {
    rmSync(copy, { recursive: true, force: true });
    mkdirSync(copy, { recursive: true });
    for (const one of [...folders, ...files])
      cpSync(new URL(one, root), new URL(one, copy), { recursive: true });
    symlinkSync(new URL("node_modules", root), new URL("node_modules", copy));
    // tsc would take ten seconds for all of the SDK's services.
    const services = ["common", "core", "identity", "monitoring", "secrets"];
    const sdk = services.map((name) => `export * as ${name} from "oci-${name}";\n`).join("");
    mkdirSync(new URL("coverage", copy));
    writeFileSync(new URL("coverage/oci-sdk.d.ts", copy), sdk);
    edit(
      "tsconfig.json",
      [
        /"compilerOptions": \{/,
        '"compilerOptions": { "paths": { "oci-sdk": ["./coverage/oci-sdk.d.ts"] },',
      ],
      [/"include": .*/, '"include": ["src", "test/contract"]'],
    );
    server = await InfluxDB.start();
  });
  afterAll(async () => {
    await server?.kill();
    rmSync(copy, { recursive: true, force: true });
  });

  it("shows code of the example, and no other than what is typed", () => {
    const file = read(`${examples}/influxdb-metrics-collector.ts`);

    expect(file).toContain(asked);
    expect(file).toContain(meant);
    expect([sources, imports, line].map((code) => code.length > 0)).toEqual([true, true, true]);
    expect(others).toEqual([]);
    const { length } = read(`${examples}/contract.ts`).trimEnd().split("\n");
    expect(read(page)).toContain(`[${length} lines](../${examples}/contract.ts)`);
  });

  it("has tsc say where the second line is missing, and nothing else", async () => {
    expect(await run(command("cp "))).toEqual({ code: 0, output: "" });
    edit("src/config/pool-spec.ts", [/export const sources = .*\n/, sources]);

    const { output } = await run(command("npm run types"));

    const errors = output.split("\n").filter((one) => one.includes("error TS"));
    expect(errors).not.toEqual([]);
    for (const error of errors)
      expect(error).toMatch(/^src\/wiring\.ts.*Property 'influxdb' is missing/);
  });

  it("compiles with the second line, and is sorted by the formatter", async () => {
    edit(
      "src/wiring.ts",
      [/(?=import \{ getCollector)/, ""],
      [/(?=import \{ OCIMetricsCollector)/, imports],
      [/(?<=\n {2}const collectors = \{\n)/, line],
    );

    expect(await run(command("npm run types"))).toMatchObject({ code: 0 });
    expect(await run(command("sed "))).toEqual({ code: 0, output: "" });
    const formatted = await run(command("npm run format"));
    expect(formatted, formatted.output).toMatchObject({ code: 0 });
  });

  it("passes the contract suite on a real server", async () => {
    const { code, output } = await run(command("npx vitest run"));

    expect(code, output).toBe(0);
    expect(output).toMatch(/^ *Tests +2\d passed \(2\d\)$/m);
  });

  it("makes a function that answers from the source", async () => {
    edit("src/wiring.ts", [/http:\/\/influxdb\.internal:8086/, server.url]);
    const built = await run(command("npm run build"));
    expect(built, built.output).toMatchObject({ code: 0 });
    const instances = ["a", "b"].map((unique) => ({
      id: instanceId(unique),
      displayName: `inst-${unique}-web`,
      state: "Running",
    }));
    const pool = { id: poolId, displayName: "web", compartmentId, instances };
    const emulator = await OciEmulator.start({ tenancy: { pools: [pool] } });
    const bundle = fileURLToPath(new URL("dist/func.cjs", copy));
    const agent = await FnAgent.start({ bundle, environment: emulator.environment });
    const now = Math.floor(Date.now() / 1000);
    const lines = [0, 60, 120, 180].flatMap((age) => [
      `cpu,cpu=cpu-total,host=inst-a-web usage_idle=60,usage_iowait=10,usage_steal=5 ${now - age}`,
      `mem,host=inst-a-web available_percent=40 ${now - age}`,
    ]);
    await server.createDatabase("telegraf", lines);
    const [, request = ""] = /`(\{"instancePoolId".*?\})`/.exec(read(page)) ?? [];

    const response = await agent.invoke(request.replace("<pool OCID>", poolId));

    await agent.close();
    await emulator.close();
    expect(response.json()).toMatchObject({
      status: "partial",
      pools: [
        {
          source: "influxdb",
          cpu: { average: 30, reporting: 1 },
          memory: { average: 60, reporting: 1 },
          instances: { missing: [{ id: instanceId("b"), reason: "no_data" }] },
        },
      ],
    });
  });
});
