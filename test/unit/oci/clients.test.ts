import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../../src/config/environment.ts";
import { NotAuthenticatedError } from "../../../src/errors.ts";
import { OciClients } from "../../../src/oci/clients.ts";
import type { Principal } from "../../../src/oci/principal.ts";
import { FaultyServer } from "../../support/faulty-server.ts";
import { anInvocation } from "../../support/invocation.ts";
import { compartmentId } from "../../support/ocids.ts";

const environment = readEnvironment({ OCI_AUTH: "instance_principal" });
const pool = { ocid: "ocid1.instancepool.oc1.iad.a" };

/** Clients whose principal comes of this, and how often it was asked for. */
function clientsWith(find: () => Promise<Principal>) {
  const asked: number[] = [];
  const clients = new OciClients(
    environment,
    () => new Date(),
    () => {
      asked.push(asked.length);
      return find();
    },
  );
  return { clients, asked };
}

describe("OciClients", () => {
  it("asks again for a principal that nobody gave in time", async () => {
    const { clients, asked } = clientsWith(() => new Promise(() => {}));

    for (const _ of [1, 2]) {
      const calls = clients.callsFor(pool, anInvocation(40));
      await expect(calls).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED" });
    }

    expect(asked).toHaveLength(2);
  });

  it("asks again for a principal that wasn't there", async () => {
    const { clients, asked } = clientsWith(async () => {
      throw new NotAuthenticatedError("nobody");
    });

    for (const _ of [1, 2]) {
      const calls = clients.callsFor(pool, anInvocation());
      await expect(calls).rejects.toMatchObject({ code: "NOT_AUTHENTICATED" });
    }

    expect(asked).toHaveLength(2);
  });

  it("keeps the circuits of fifty regions, and of no more", async () => {
    const server = await FaultyServer.start({
      status: 200,
      body: JSON.stringify({ compartmentId }),
    });
    const signer = { signHttpRequest: async () => {} };
    const principal = { signer, expiresAt: undefined } as unknown as Principal;
    const at = readEnvironment({ OCI_CORE_ENDPOINT: server.url });
    const clients = new OciClients(
      at,
      () => new Date(),
      async () => principal,
    );
    const callIn = async (number: number) => {
      const where = { ocid: pool.ocid, region: `region-${number}` };
      const { compute } = await clients.callsFor(where, anInvocation());
      await compute.getInstancePool({ instancePoolId: pool.ocid });
    };
    for (let number = 1; number <= 50; number++) await callIn(number);
    await callIn(50);
    expect(clients.endpointStates()).toHaveLength(50);

    await callIn(51);
    expect(clients.endpointStates().map(({ name }) => name)).toEqual(["Compute in region-51"]);
    await server.close();
  });
});
