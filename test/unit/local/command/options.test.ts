import { describe, expect, it } from "vitest";
import { type DefaultTenancy, readOptions } from "../../../../local/command/options.ts";

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
      overrides: {},
      output: "table",
      watchSeconds: undefined,
      failOn: [],
      verbose: false,
    });
  });

  it.each([
    ["--all", { kind: "all" }, "table"],
    ["--all --json", { kind: "all" }, "json"],
    ["--pool web --doctor", { kind: "doctor", pool: "web" }, "table"],
    ['--profile PROD {"pool":"web"}', { kind: "payload", text: '{"pool":"web"}' }, "auto"],
    ["--health", { kind: "health" }, "table"],
    [
      "--compartment ocid1.compartment.oc1..a --name web-* --tag env=prod --tag Ops.Team=a=b --subcompartments",
      {
        kind: "select",
        select: {
          compartmentId: "ocid1.compartment.oc1..a",
          includeSubcompartments: true,
          displayName: "web-*",
          freeformTags: { env: "prod" },
          definedTags: { Ops: { Team: "a=b" } },
        },
      },
      "table",
    ],
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
    ["--compartment ocid1.compartment.oc1..a", "emulated", "own"],
    ["--demo --config package.json", "own", "emulated"],
  ] as const)(
    "of %j where the %s tenancy is the usual one ask the %s one",
    (line, usual, asked) => {
      expect(options(line, usual).tenancy.kind).toBe(asked);
    },
  );

  it("ask the emulated pool for its members when nothing is said", () => {
    expect(options("", "emulated")).toMatchObject({
      question: { kind: "demo" },
      output: "auto",
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

  it("say how to measure", () => {
    expect(options("--all --window 60 --statistic p95 --source prometheus").overrides).toEqual({
      windowMinutes: 60,
      statistic: "p95",
      source: "prometheus",
    });
  });

  it.each([
    ["--help", "help"],
    ["-h --all", "help"],
    ["--version", "version"],
  ] as const)("of %s are only a question about the command", (line, answer) => {
    expect(readOptions(line.split(" "), "own")).toBe(answer);
  });
});
