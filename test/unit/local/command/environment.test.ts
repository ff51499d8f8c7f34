import { describe, expect, it } from "vitest";
import { ownEnvironment } from "../../../../local/command/environment.ts";

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
