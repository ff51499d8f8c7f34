import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { PrometheusClients } from "../../../src/prometheus/prometheus-clients.ts";
import { configurationOf } from "../../support/configuration.ts";
import { anInvocation } from "../../support/invocation.ts";

const empty = '{"status":"success","data":{"resultType":"vector","result":[]}}';
const closers: (() => Promise<unknown>)[] = [];

/** A host that takes a while, and counts how many queries it has at once. */
async function startHost() {
  let active = 0;
  let most = 0;
  const server = createServer(async (_, response) => {
    active += 1;
    most = Math.max(most, active);
    await delay(50);
    active -= 1;
    response.end(empty);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closers.push(() => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, most: () => most };
}

function clientsOf(servers: Readonly<Record<string, object>>) {
  const configuration = configurationOf({ POOLS: JSON.stringify({ prometheus: { servers } }) });
  const vaults = { callsFor: () => Promise.reject(new Error("there is no Vault")) };
  return new PrometheusClients(
    () => configuration,
    vaults,
    () => new Date(),
  );
}

describe("PrometheusClients", () => {
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it("asks a host eight queries at once, however many of its tenants are configured", async () => {
    const [shared, other] = [await startHost(), await startHost()];
    const tenant = (name: string) => ({
      url: `${shared.url}/${name}`,
      headers: { "X-Scope-OrgID": name },
    });
    const names = ["a", "b", "c", "d"];
    const tenants = Object.fromEntries(names.map((name) => [name, tenant(name)]));
    const clients = clientsOf({ ...tenants, other: { url: other.url } });
    const invocation = anInvocation();

    const asked = [...names, "other"].flatMap((name) =>
      Array.from({ length: 5 }, async () =>
        (await clients.serverNamed(name, invocation)).query("up"),
      ),
    );

    expect(await Promise.all(asked)).toHaveLength(25);
    expect(shared.most()).toBe(8);
    expect(other.most()).toBe(5);
  });
});
