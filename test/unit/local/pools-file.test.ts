import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { problemsOfPools, warningsOfPools } from "../../../local/pools-file.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../../support/temporary-directory.ts";

const id = "ocid1.instancepool.oc1.iad.aaaa";

describe("a file of pools", () => {
  let directory: TemporaryDirectory;
  let file: string;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    file = join(directory.path, "pools.yaml");
  });
  afterAll(() => directory.remove());

  it.each([
    ["pools:\n  - name: web\n", "2:5: pools[0].instancePoolId: is missing"],
    [
      `pools:\n  - instancePoolId: ${id}\n    windowMinuts: 5\n`,
      "3:5: pools[0].windowMinuts: unknown key; did you mean windowMinutes?",
    ],
    [
      `- instancePoolId: ${id}\n  region: US\n`,
      '2:3: pools[0].region: not a region id such as us-ashburn-1, got "us"',
    ],
    [
      `pools:\n  - {instancePoolId: ${id}, statistic: p59}\n`,
      '2:55: pools[0].statistic: expected "mean" | "max" | "min" | "p50" | "p90" | "p95" | "p99", got "p59"',
    ],
    [
      `pools:\n  - &a {name: a, instancePoolId: ${id}}\n  - {name: a, instancePoolId: ${id}b}\n`,
      '3:6: pools[1].name: "a" is already taken',
    ],
    [
      `defaults:\n  instancePoolId: ${id}\n`,
      "2:3: defaults.instancePoolId: is of one pool; move it to pools",
    ],
    ["pool: []\n", "1:1: pool: unknown key; did you mean pools?"],
    ["pools: web\n", "1:1: pools: expected a list"],
    ["pools:\n  - web\n", "2:5: pools[0]: expected a pool spec, an object"],
    ["web\n", "1:1: expected an object with pools"],
    ["", " expected an object with pools"],
    [
      "pools:\n  - name: web\n   instancePoolId: x\n",
      "3:1: something is missing here: a closing bracket or quote, a comma, a space after a colon, or the indentation of the lines above (MISSING_CHAR)",
    ],
    [
      "prometheus:\n  servers:\n    eu:\n      auth: {}\n",
      "3:5: prometheus.servers.eu.url: is missing",
    ],
    [
      "prometheus: {servers: {eu: {url: 'http://x', auth: {bearerToken: s3cret, username: u}}}}\n",
      "1:46: prometheus.servers.eu.auth: give either bearerToken, or username and password, or oauth2",
    ],
    [
      `pools:\n  - instancePoolId: ${id}\n    source: prometheus\n`,
      '2:5: pools[0].prometheus.server: no Prometheus server "default"; none is configured: set PROMETHEUS_URL',
    ],
    ['{"pools": [{"instancePoolId": 7}]}', "1:13: pools[0].instancePoolId: expected string, got 7"],
    ["pools:\n\t- name: web\n", "2:1: a tab indents this line; use spaces (TAB_AS_INDENT)"],
    [
      "pools:\n  - name: 'web\n",
      "3:1: something is missing here: a closing bracket or quote, a comma, a space after a colon, or the indentation of the lines above (MISSING_CHAR)",
    ],
    [
      "pools: [\n",
      "2:1: the indentation does not fit that of the lines above, or a closing bracket is missing (BAD_INDENT)",
    ],
    ["pools: []\npools: []\n", "2:1: the key is there twice (DUPLICATE_KEY)"],
    [
      "prometheus:\n  servers:\n    a: {url: 'http://x', auth: {bearerToken: *s3cret}}\n",
      "3:46: * begins an alias, and there is no such anchor; put text that begins with * in quotes (BAD_ALIAS)",
    ],
    [
      "pools:\n  - name: @web\n",
      "2:11: text can't begin with this character; put it in quotes (BAD_SCALAR_START)",
    ],
  ])("with a mistake is told where it is: %j", (text, expected) => {
    writeFileSync(file, text);

    const lines = problemsOfPools(file, {});

    expect(lines.map((line) => line.replace(`${file}:`, ""))).toEqual([expected]);
    expect(lines.join("\n")).not.toContain("s3cret");
  });

  it("that is not there, or beside a wrong variable, is told without a place", () => {
    writeFileSync(file, "pools: []\n");

    expect(problemsOfPools("missing.yaml", {})).toEqual([
      "missing.yaml: cannot read missing.yaml; is it in the image or package?",
    ]);
    expect(problemsOfPools(file, { OCI_AUTH: "me", PROMETHEUS_URL: "x" })).toEqual([
      "OCI_AUTH: must be resource_principal, instance_principal or config_file",
      "PROMETHEUS_URL: not an http(s) URL without credentials in it",
    ]);
  });

  it.each([
    [
      "prometheus: {servers: {eu: {url: 'http://x', auth: {password: s3cret}}}}",
      {},
      'The Prometheus server "eu" has a password and no username.',
    ],
    [
      "prometheus: {servers: {eu: {url: 'http://x', auth: {username: me}}}}",
      {},
      'The Prometheus server "eu" has a username and no password.',
    ],
    [
      "{}",
      { PROMETHEUS_BEARER_TOKEN: "s3cret" },
      "PROMETHEUS_BEARER_TOKEN is of no use without PROMETHEUS_URL.",
    ],
    [
      "{}",
      { PROMETEUS_URL: "http://x" },
      "PROMETEUS_URL is not read; did you mean PROMETHEUS_URL?",
    ],
    [
      "{}",
      { OCI_CONFIG_PROFIL: "A" },
      "OCI_CONFIG_PROFIL is not read; did you mean OCI_CONFIG_PROFILE?",
    ],
    ["{}", { POOL: "[]" }, "POOL is not read; did you mean POOLS?"],
    [
      `pools: [{instancePoolId: ${id}, cpu_threshold: 80}]`,
      {},
      "ignored, as this function does not scale: cpu_threshold",
    ],
  ])("is warned of what can hardly be meant: %s %j", (text, variables, expected) => {
    writeFileSync(file, text);

    expect(problemsOfPools(file, variables)).toEqual([]);
    expect(warningsOfPools(file, variables)).toEqual([expected]);
  });

  it("of other people's variables says nothing", () => {
    writeFileSync(file, "{}");
    const variables = { PATH: "/bin", OCI_CLI_PROFILE: "A", OCI_REGION: "iad", POOLS_FILE: "x" };

    expect(warningsOfPools(file, variables)).toEqual([]);
  });
});
