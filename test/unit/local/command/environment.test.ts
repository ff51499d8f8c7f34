import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ownEnvironment } from "../../../../local/command/environment.ts";
import { createTemporaryDirectory } from "../../../support/temporary-directory.ts";

const tenancy = {
  kind: "own",
  profile: undefined,
  poolsFile: undefined,
  prometheusUrl: undefined,
} as const;

describe("the configuration of a function that asks the user's tenancy", () => {
  it("is the user's environment as far as the function reads it, signing with the config file", () => {
    const variables = {
      HOME: "/home/me",
      PATH: "/bin",
      AWS_SECRET_ACCESS_KEY: "x",
      OCI_CORE_ENDPOINT: "http://127.0.0.1:1",
      OCI_CLI_AUTH: "api_key",
      PROMETHEUS_BEARER_TOKEN: "t",
      POOLS: "pools: []",
      ON_ERROR: "throw",
      LOG_LEVEL: "ERROR",
    };

    expect(ownEnvironment(tenancy, variables)).toEqual({
      HOME: "/home/me",
      OCI_AUTH: "config_file",
      OCI_CORE_ENDPOINT: "http://127.0.0.1:1",
      PROMETHEUS_BEARER_TOKEN: "t",
      POOLS: "pools: []",
    });
  });

  it.each([
    [{ OCI_CONFIG_PROFILE: "A", OCI_CLI_PROFILE: "B" }, undefined, "A"],
    [{ OCI_CLI_PROFILE: "B" }, undefined, "B"],
    [{ OCI_CONFIG_PROFILE: "A", OCI_CLI_PROFILE: "B" }, "C", "C"],
    [{}, undefined, undefined],
  ])("takes the profile of %j and --profile %s: %s", (variables, profile, expected) => {
    expect(ownEnvironment({ ...tenancy, profile }, variables)["OCI_CONFIG_PROFILE"]).toBe(expected);
  });

  it("signs as the user configured, but with --profile always with the config file", () => {
    const variables = { OCI_AUTH: "instance_principal" };

    expect(ownEnvironment(tenancy, variables)).toEqual(variables);
    expect(ownEnvironment({ ...tenancy, profile: "C" }, variables)).toMatchObject({
      OCI_AUTH: "config_file",
    });
  });

  it("has the pools of --config in the place of others", () => {
    const variables = { POOLS: "pools: []", POOLS_FILE: "/other.yaml" };

    expect(ownEnvironment({ ...tenancy, poolsFile: "/pools.yaml" }, variables)).toEqual({
      OCI_AUTH: "config_file",
      POOLS_FILE: "/pools.yaml",
    });
  });

  it("asks the Prometheus server of --prometheus-url", () => {
    const prometheusUrl = "http://localhost:9090";

    expect(ownEnvironment({ ...tenancy, prometheusUrl }, {})).toMatchObject({
      PROMETHEUS_URL: prometheusUrl,
    });
  });
});

describe("what Oracle's own command is told", () => {
  it.each([
    [{ OCI_CLI_AUTH: "security_token" }, "config_file"],
    [{ OCI_CLI_AUTH: "instance_obo_user" }, "config_file"],
    [{ OCI_CLI_AUTH: "instance_principal" }, "instance_principal"],
    [{ OCI_CLI_AUTH: "resource_principal" }, "resource_principal"],
    [{ OCI_CLI_AUTH: "instance_principal", OCI_AUTH: "config_file" }, "config_file"],
  ])("counts: %j signs with %s", (variables, kind) => {
    expect(ownEnvironment(tenancy, variables)["OCI_AUTH"]).toBe(kind);
    expect(ownEnvironment({ ...tenancy, profile: "A" }, variables)["OCI_AUTH"]).toBe("config_file");
  });

  it("counts for the file and the region, unless the function's own variables say otherwise", () => {
    const cli = { OCI_CLI_CONFIG_FILE: "/a", OCI_CLI_REGION: "eu-frankfurt-1" };

    expect(ownEnvironment(tenancy, cli)).toMatchObject({
      OCI_CONFIG_FILE: "/a",
      OCI_CONFIG_REGION: "eu-frankfurt-1",
    });
    expect(
      ownEnvironment(tenancy, { ...cli, OCI_CONFIG_FILE: "/b", OCI_CONFIG_REGION: "iad" }),
    ).toMatchObject({ OCI_CONFIG_FILE: "/b", OCI_CONFIG_REGION: "iad" });
  });

  it("counts for the profile in its settings file, which the environment goes before", async () => {
    const home = await createTemporaryDirectory();
    await mkdir(join(home.path, ".oci"));
    const settings =
      "[OCI_CLI_CANNED_QUERIES]\na=b\n[OCI_CLI_SETTINGS]\ndefault_profile = STAGING\n";
    await writeFile(join(home.path, ".oci/oci_cli_rc"), settings);
    const variables = { HOME: home.path };

    const [own, other] = [variables, { ...variables, OCI_CLI_PROFILE: "PROD" }].map(
      (all) => ownEnvironment(tenancy, all)["OCI_CONFIG_PROFILE"],
    );
    await home.remove();

    expect({ own, other }).toEqual({ own: "STAGING", other: "PROD" });
  });

  it("counts for each line of a profile, and for tokens where OCI_CLI_AUTH is of their kind", () => {
    const lines = {
      OCI_CLI_USER: "u",
      OCI_CLI_TENANCY: "t",
      OCI_CLI_FINGERPRINT: "f",
      OCI_CLI_KEY_FILE: "k.pem",
      OCI_CLI_KEY_CONTENT: "k",
      OCI_CLI_PASSPHRASE: "p",
    };
    const session = { OCI_CLI_AUTH: "security_token", OCI_CLI_SECURITY_TOKEN_FILE: "/token" };
    const shell = { OCI_CLI_AUTH: "instance_obo_user", OCI_CLI_DELEGATION_TOKEN_FILE: "/token" };
    const tokens = { ...session, ...shell, OCI_CLI_AUTH: "api_key" };

    expect(ownEnvironment(tenancy, { ...lines, OCI_CLI_ENDPOINT: "x" })).toEqual({
      ...lines,
      OCI_AUTH: "config_file",
    });
    for (const { OCI_CLI_AUTH, ...token } of [session, shell]) {
      expect(ownEnvironment(tenancy, { OCI_CLI_AUTH, ...token })).toMatchObject(token);
    }
    expect(ownEnvironment(tenancy, tokens)).toEqual({ OCI_AUTH: "config_file" });
  });

  it("is refused where it means nothing here", () => {
    expect(() => ownEnvironment(tenancy, { OCI_CLI_AUTH: "oke_workload_identity" })).toThrow(
      "OCI_CLI_AUTH=oke_workload_identity is not known here; known are api_key, security_token, instance_obo_user, instance_principal, resource_principal. --profile signs with a profile all the same.",
    );
  });
});

describe("a proxy of the environment", () => {
  it.each([
    [{ HTTPS_PROXY: "http://proxy:3128", NO_PROXY: "a,b" }, "http://proxy:3128", "a,b"],
    [{ https_proxy: "proxy:3128", no_proxy: "a" }, "http://proxy:3128", "a"],
    [{ HTTPS_PROXY: "http://proxy:1", OCI_PROXY: "http://own:2" }, "http://own:2", undefined],
    [{ HTTP_PROXY: "http://proxy:1" }, undefined, undefined],
  ])("counts for OCI: %j", (variables, proxy, except) => {
    const environment = ownEnvironment(tenancy, variables);

    expect([environment["OCI_PROXY"], environment["OCI_NO_PROXY"]]).toEqual([proxy, except]);
    expect(environment["PROMETHEUS_PROXY"]).toBeUndefined();
  });
});
