import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { OciEmulator } from "../../../local/oci-emulator/emulator.ts";
import { tenancyId } from "../../../local/oci-emulator/tenancy.ts";
import { readEnvironment } from "../../../src/config/environment.ts";
import type { RegionCalls } from "../../../src/oci/calls.ts";
import { OciClients } from "../../../src/oci/clients.ts";
import type { Pages } from "../../../src/oci/pages.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId, instanceId, poolId } from "../../support/ocids.ts";

const count = 5;
const numbers = Array.from({ length: count }, (_, index) => index);
const pools = numbers.map((index) => ({
  id: index === 0 ? poolId : `${poolId}${index}`,
  displayName: `pool-${index}`,
  compartmentId,
  instances: numbers.map((member) => ({
    id: instanceId(`p${index}m${member}`),
    displayName: `inst-${member}`,
    state: "Running",
    vnics: numbers.map((vnic) => ({ privateIp: `10.${index}.${member}.${vnic}` })),
  })),
}));
const compartments = numbers.map((index) => ({ id: `${compartmentId}${index}` }));

/** The emulator's tokens hold what doesn't survive in a URL, and its signature check is real. */
describe("every list of OCI's", () => {
  let emulator: OciEmulator;
  let calls: RegionCalls;
  beforeAll(async () => {
    emulator = await OciEmulator.start({ tenancy: { pools, compartments, pageSize: 2 } });
    for (const [name, value] of Object.entries(emulator.environment)) vi.stubEnv(name, value);
    const clients = new OciClients(readEnvironment(emulator.environment), () => new Date());
    calls = await clients.callsFor({ ocid: poolId }, anInvocation());
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await emulator.close();
  });

  const lists: Readonly<Record<string, () => Pages<unknown>>> = {
    ListInstancePoolInstances: () =>
      calls.compute.listInstancePoolInstances({ instancePoolId: poolId, compartmentId }),
    ListInstancePools: () => calls.compute.listInstancePools({ compartmentId }),
    ListVnicAttachments: () =>
      calls.network.listVnicAttachments({ compartmentId, instanceId: instanceId("p0m0") }),
    ListCompartments: () =>
      calls.identity.listCompartments({ compartmentId: tenancyId, compartmentIdInSubtree: true }),
  };

  it.each(Object.keys(lists))("comes with all of its pages: %s", async (operation) => {
    const found: unknown[] = [];
    const pages = lists[operation]?.();
    if (pages === undefined) throw new Error(operation);
    for await (const items of pages) found.push(...items);

    expect(found).toHaveLength(count);
    expect(new Set(found.map((item) => JSON.stringify(item))).size).toBe(count);
    const asked = emulator.requests.filter((request) => request.operation === operation);
    expect(asked.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("is given up when its pages never end", async () => {
    let pages = 0;
    const server = createServer((_, response) => {
      pages += 1;
      response.writeHead(200, { "content-type": "application/json", "opc-next-page": "again" });
      response.end("[]");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const endless = { ...emulator.environment, OCI_CORE_ENDPOINT: `http://127.0.0.1:${port}` };
    const clients = new OciClients(readEnvironment(endless), () => new Date());
    const { compute } = await clients.callsFor({ ocid: poolId }, anInvocation());
    const readAll = async () => {
      for await (const _ of compute.listInstancePools({ compartmentId }));
    };

    await expect(readAll()).rejects.toMatchObject({
      code: "SOURCE_UNAVAILABLE",
      message: "ListInstancePools did not end after 100 pages.",
    });
    expect(pages).toBe(100);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
});
