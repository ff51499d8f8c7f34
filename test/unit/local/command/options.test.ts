import { describe, expect, it } from "vitest";
import { type DefaultTenancy, readOptions } from "../../../../local/command/options.ts";
import { UsageError } from "../../../../local/command/usage-error.ts";

function options(line: string, defaultTenancy: DefaultTenancy = "own") {
  const read = readOptions(line === "" ? [] : line.split(" "), defaultTenancy);
  if (typeof read === "string") throw new Error(`expected options, got ${read}`);
  return read;
}

describe("the command's options", () => {
  it("ask for pools by name or OCID, as often as given, for a table", () => {
    expect(options("--pool web --pool ocid1.instancepool.oc1.iad.aaaa")).toEqual({
      question: { kind: "pools", pools: ["web", "ocid1.instancepool.oc1.iad.aaaa"] },
      tenancy: {
        kind: "own",
        profile: undefined,
        poolsFile: undefined,
        prometheusUrl: undefined,
      },
      output: "table",
      watchSeconds: undefined,
      verbose: false,
    });
  });

  it.each([
    ["--all", { kind: "all" }, "table"],
    ["--all --json", { kind: "all" }, "json"],
    ["--pool web --doctor", { kind: "doctor", pool: "web" }, "table"],
    ['--profile PROD {"pool":"web"}', { kind: "payload", text: '{"pool":"web"}' }, "both"],
  ])("understand %s", (line, question, output) => {
    expect(options(line)).toMatchObject({ question, output });
  });

  it.each([
    ["", "emulated", "emulated"],
    ["{}", "emulated", "emulated"],
    ["{}", "own", "own"],
    ["--watch", "emulated", "emulated"],
    ["--doctor", "emulated", "emulated"],
    ["--pool web", "emulated", "own"],
    ["--all", "emulated", "own"],
    ["--config-file-auth {}", "emulated", "own"],
    ["--profile PROD {}", "emulated", "own"],
    ["--config package.json --all", "emulated", "own"],
    ["--demo", "own", "emulated"],
    ["--demo --pool web", "own", "emulated"],
    ["--demo --all", "own", "emulated"],
  ] as const)(
    "of %j where the %s tenancy is the usual one ask the %s one",
    (line, usual, asked) => {
      expect(options(line, usual).tenancy.kind).toBe(asked);
    },
  );

  it("ask the emulated pool for its members when nothing is said", () => {
    expect(options("", "emulated")).toMatchObject({
      question: { kind: "pools", pools: ["web"] },
      output: "both",
    });
  });

  it.each([
    ["--all --watch", 30],
    ["--watch --all", 30],
    ["--all -w", 30],
    ["--all --watch 5", 5],
    ["--all --watch=7 --json", 7],
    ["--watch 5 --all", 5],
  ])("read the seconds of %s, if there are any", (line, watchSeconds) => {
    expect(options(line)).toMatchObject({ watchSeconds, question: { kind: "all" } });
  });

  it.each([
    ["", "Say which pools"],
    ["--profile PROD", "Say which pools"],
    ["--pools web", "Unknown option '--pools'"],
    ["--pool", "argument missing"],
    ["--pool web --all", "one of --pool, --all and a payload"],
    ["--all {}", "one of --pool, --all and a payload"],
    ["{} {}", "One payload"],
    ["-f a.json {}", "not both"],
    ["-f missing.json", "Cannot read missing.json"],
    ["--config missing.yaml --all", "Cannot read missing.yaml"],
    ["--demo --profile PROD", "--profile ask your tenancy, --demo asks an emulated one"],
    ["--all --doctor", "--doctor goes with one --pool"],
    ["--pool a --pool b --doctor", "--doctor goes with one --pool"],
    ["--all --watch 0", "--watch takes whole seconds"],
    ["--all --watch 1.5", "--watch takes whole seconds"],
    ["--all --watch 99999", "--watch takes whole seconds"],
  ])("%j is a wrong call: %s", (line, message) => {
    expect(() => options(line)).toThrow(UsageError);
    expect(() => options(line)).toThrow(message);
  });

  it.each([
    ["--help", "help"],
    ["-h --all", "help"],
    ["--version", "version"],
  ] as const)("of %s are only a question about the command", (line, answer) => {
    expect(readOptions(line.split(" "), "own")).toBe(answer);
  });
});
