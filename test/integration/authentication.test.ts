import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { ask, startFunction } from "../support/function-process.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";

const instance = {
  id: instanceId("a"),
  displayName: "inst-a-web",
  state: "Running",
  cpu: steady(20),
  memory: steady(40),
};
const tenancy = {
  pools: [{ id: poolId, displayName: "web", compartmentId, instances: [instance] }],
};

describe("authentication", () => {
  const cleanups: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0)) await cleanup();
  });

  async function emulate(options: Omit<Parameters<typeof OciEmulator.start>[0], "tenancy"> = {}) {
    const emulator = await OciEmulator.start({ tenancy, ...options });
    cleanups.push(() => emulator.close());
    return emulator;
  }

  async function functionWith(environment: Readonly<Record<string, string>>): Promise<FnAgent> {
    const agent = await startFunction(environment);
    cleanups.push(() => agent.close());
    return agent;
  }

  it.each(["files", "inline"] as const)(
    "signs with a resource principal given as %s",
    async (principal) => {
      const emulator = await emulate({ principal });
      const agent = await functionWith(emulator.environment);

      expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
      expect(emulator.requests.every(({ status }) => status === 200)).toBe(true);
    },
  );

  it("takes up a principal's new key and token when the old token has expired", async () => {
    const emulator = await emulate({ tokenLifetimeMs: -1000 });
    const agent = await functionWith(emulator.environment);
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("failed");

    emulator.rotatePrincipal({ lifetimeMs: 60_000 });

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
  });

  it("says so when the principal's token is gone by the time that it has to be renewed", async () => {
    const emulator = await emulate({ tokenLifetimeMs: 2_000 });
    const agent = await functionWith(emulator.environment);
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");

    rmSync(emulator.environment["OCI_RESOURCE_PRINCIPAL_RPST"] ?? "");
    await delay(2_000);

    const { pools } = await ask(agent, { instancePoolId: poolId });
    expect(pools[0]?.error?.code).toBe("NOT_AUTHENTICATED");
  });

  it("signs with the API key of a config file", async () => {
    const emulator = await emulate();
    const { configFile, profile } = emulator.createApiKey();
    const agent = await functionWith({
      ...emulator.environment,
      OCI_RESOURCE_PRINCIPAL_VERSION: "",
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: configFile,
      OCI_CONFIG_PROFILE: profile,
    });

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
  });

  it("finds a principal that comes later", async () => {
    const emulator = await emulate();
    const { configFile, profile } = emulator.createApiKey();
    const laterFile = `${configFile}-later`;
    const agent = await functionWith({
      ...emulator.environment,
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: laterFile,
      OCI_CONFIG_PROFILE: profile,
    });
    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("failed");

    copyFileSync(configFile, laterFile);

    expect((await ask(agent, { instancePoolId: poolId })).status).toBe("ok");
  });

  it("says that the key of a config file can't be read, and shows nothing of it", async () => {
    const emulator = await emulate();
    const { configFile, profile } = emulator.createApiKey();
    const text = readFileSync(configFile, "utf8");
    const [, keyFile = ""] = /^key_file\s*=\s*(.*)$/m.exec(text) ?? [];
    writeFileSync(keyFile, "s3cret-nonsense");
    const agent = await functionWith({
      ...emulator.environment,
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: configFile,
      OCI_CONFIG_PROFILE: profile,
    });

    const { pools } = await ask(agent, { instancePoolId: poolId });
    const health = await agent.invoke('{"check":"health"}');

    expect(pools[0]?.error).toMatchObject({ code: "NOT_AUTHENTICATED" });
    expect(health.json()).toMatchObject({ checks: { principal: { status: "failed" } } });
    expect(agent.logLines().join("\n")).not.toContain("s3cret");
  });

  it("says that a token has expired", async () => {
    const emulator = await emulate({ tokenLifetimeMs: -1000 });
    const agent = await functionWith(emulator.environment);

    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(/401 NotAuthenticated: .*expired/),
      hint: expect.stringContaining("has expired"),
    });
  });

  it("says that a key is wrong", async () => {
    const [emulator, other] = [await emulate(), await emulate()];
    const agent = await functionWith({
      ...emulator.environment,
      OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM:
        other.environment["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"] ?? "",
    });

    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(/401 NotAuthenticated: .*signature/i),
    });
  });

  it.each([
    [{ OCI_RESOURCE_PRINCIPAL_VERSION: "" }, /OCI_AUTH=resource_principal/, /OCI_AUTH=config_file/],
    [
      { OCI_RESOURCE_PRINCIPAL_VERSION: "3.0" },
      /OCI_AUTH=resource_principal/,
      /OCI_RESOURCE_PRINCIPAL_/,
    ],
    [{ OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: "/missing.pem" }, /principal/, undefined],
    [{ OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM: "nonsense" }, /principal/, undefined],
    [
      { OCI_AUTH: "config_file", OCI_CONFIG_FILE: "/missing" },
      /OCI_AUTH=config_file/,
      /OCI_CONFIG_FILE/,
    ],
  ])("says who is missing with %j", async (variables, message, hint) => {
    const emulator = await emulate();
    const agent = await functionWith({
      ...emulator.environment,
      ...(variables as Record<string, string>),
    });

    const { pools } = await ask(agent, { instancePoolId: poolId });

    expect(pools[0]?.error).toMatchObject({
      code: "NOT_AUTHENTICATED",
      message: expect.stringMatching(message),
      ...(hint === undefined ? {} : { hint: expect.stringMatching(hint) }),
    });
    expect((await ask(agent, "{")).error?.code).toBe("INVALID_REQUEST");
  });
});
