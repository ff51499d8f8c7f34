import { describe, expect, it } from "vitest";
import { checkConfigured, readOptions } from "../../../../local/command/options.ts";
import { UsageError } from "../../../../local/command/usage-error.ts";

const conditions =
  "--fail-on takes partial, cpu>80, memory>90, coverage<0.8, with | between them, not";

describe("a wrong call of the command", () => {
  it.each([
    [
      [],
      "Say which pools: --pool <name or OCID>, --all, --compartment <OCID>, a payload; or --demo.",
    ],
    [
      ["--profile", "PROD"],
      "Say which pools: --pool <name or OCID>, --all, --compartment <OCID>, a payload; or --demo.",
    ],
    [["web"], '"web" is no request; did you mean --pool web?'],
    [["web", "db"], '"web" is no request; did you mean --pool web --pool db?'],
    [
      ["ocid1.instancepool.x"],
      '"ocid1.instancepool.x" is no request; did you mean --pool ocid1.instancepool.x?',
    ],
    [["{}", "{}"], "Give one payload, in quotes for the shell."],
    [["-f", "a.json", "{}"], "Give the payload, or --file, but not both."],
    [["-f", "missing.json"], "Cannot read missing.json: there is no such file."],
    [["-f", "src"], "Cannot read src: it is a directory."],
    [["--config", "missing.yaml", "--all"], "Cannot read missing.yaml: there is no such file."],
    [["--config", "src", "--all"], "Cannot read src: it is a directory."],
    [
      ["--demo", "--prometheus-url", "localhost:9090"],
      "--prometheus-url takes a URL such as http://localhost:9090.",
    ],
    [["--pools", "web"], "There is no option --pools; did you mean --pool?"],
    [["--al"], "There is no option --al; did you mean --all?"],
    [["--profil", "A"], "There is no option --profil; did you mean --profile?"],
    [
      ["--promethus-url", "x"],
      "There is no option --promethus-url; did you mean --prometheus-url?",
    ],
    [["--failon", "partial"], "There is no option --failon; did you mean --fail-on?"],
    [["--colour"], "There is no option --colour."],
    [["-q"], "There is no option -q."],
    [["--pool"], "--pool takes a value, which is missing."],
    [["--pool", "--all"], "--pool takes a value, which is missing."],
    [["--all=yes"], "--all takes no value."],
    [["-f"], "--file takes a value, which is missing."],
    [["--pool", "web", "--all"], "Give one of --pool and --all."],
    [["--all", "{}"], "Give one of --all and a payload."],
    [["--all", "--compartment", "x"], "Give one of --all and --compartment."],
    [["--all", "--name", "web-*"], "--name goes with --compartment."],
    [
      ["--compartment", "x", "--tag", "prod"],
      '--tag takes key=value or namespace.key=value, not "prod".',
    ],
    [
      ["--compartment", "x", "--tag", "a.b.c=d"],
      '--tag takes key=value or namespace.key=value, not "a.b.c=d".',
    ],
    [["--demo", "--profile", "PROD"], "--profile asks your tenancy, --demo an emulated one."],
    [["--all", "--doctor"], "--doctor goes with one --pool."],
    [["--doctor"], "--doctor goes with one --pool."],
    [["--pool", "a", "--pool", "b", "--doctor"], "--doctor goes with one --pool."],
    [["--health", "--all"], "--health looks at everything at once."],
    [["--all", "--watch", "0"], '--watch takes whole seconds, 1 to 43200, not "0".'],
    [["--all", "--watch", "1.5"], '--watch takes whole seconds, 1 to 43200, not "1.5".'],
    [["--all", "--watch", "99999"], '--watch takes whole seconds, 1 to 43200, not "99999".'],
    [["--all", "--window", "0"], '--window takes whole minutes, 1 to 1440, not "0".'],
    [["--all", "--window", "1h"], '--window takes whole minutes, 1 to 1440, not "1h".'],
    [
      ["--all", "--statistic", "p59"],
      '--statistic takes mean, max, min, p50, p90, p95, p99, not "p59". Did you mean p50?',
    ],
    [
      ["--all", "--statistic", "average"],
      '--statistic takes mean, max, min, p50, p90, p95, p99, not "average".',
    ],
    [
      ["--all", "--source", "prometeus"],
      '--source takes oci, prometheus, not "prometeus". Did you mean prometheus?',
    ],
    [["--window", "5", "{}"], "--window goes with pools; write it into the payload."],
    [["--health", "--window", "5"], "--window goes with pools."],
    [["--all", "--fail-on", "cpu"], `${conditions} "cpu".`],
    [["--all", "--fail-on", "partial|load>3"], `${conditions} "load>3".`],
    [["--all", "--fail-on", ""], `${conditions} "".`],
    [["--all", "--fail-on", "cpu>800"], "--fail-on: cpu goes from 0 to 100."],
    [["--all", "--fail-on", "coverage<80"], "--fail-on: coverage goes from 0 to 1."],
    [["--health", "--fail-on", "partial"], "--fail-on is about pools that are measured."],
    [
      ["--demo", "--config", "package.json", "--prometheus-url", "http://x"],
      "In the emulated tenancy, give one of --config and --prometheus-url.",
    ],
  ])("%j is told what to change", (args, message) => {
    expect(() => readOptions(args, "own")).toThrow(new UsageError(message));
  });

  it.each([
    ["--all", {}, false],
    ["--pool web", {}, false],
    ["--pool web --doctor", {}, false],
    ["--pool ocid1.instancepool.oc1.iad.a --pool web", {}, false],
    ["--pool ocid1.instancepool.oc1.iad.a", {}, true],
    ["--health", {}, true],
    ["--all", { POOLS: "[]" }, true],
    ["--all", { POOLS_FILE: "pools.yaml" }, true],
    ["--all --config package.json", {}, true],
    ["--all --demo", {}, true],
  ])("%s beside %j needs no other configuration: %s", (line, variables, isEnough) => {
    const options = readOptions(line.split(" "), "own");
    if (typeof options === "string") throw new Error(options);
    const check = () => checkConfigured(options, variables);

    if (isEnough) expect(check).not.toThrow();
    else {
      expect(check).toThrow(
        new UsageError("No pool is configured: give --config <file>, or --pool <OCID>."),
      );
    }
  });

  it.each([
    [
      { npm_config_all: "true" },
      "npm took --all for an option of its own. Write: npm start -- --all …",
    ],
    [
      { npm_config_doctor: "true", npm_config_fail_on: "partial" },
      "npm took --doctor --fail-on for an option of its own. Write: npm start -- --doctor --fail-on …",
    ],
  ])("notices what npm has swallowed: %j", (variables, message) => {
    const script = { npm_lifecycle_event: "start", ...variables };

    expect(() => readOptions([], "emulated", script)).toThrow(new UsageError(message));
    expect(readOptions([], "emulated", variables)).toMatchObject({ question: { kind: "demo" } });
  });
});
