import { describe, expect, it } from "vitest";
import { readEnvironment } from "../../../src/config/environment.ts";
import { NotAuthenticatedError } from "../../../src/errors.ts";
import type { Principal } from "../../../src/oci/authentication.ts";
import { OciClients } from "../../../src/oci/clients.ts";
import { anInvocation } from "../../support/invocation.ts";

const { oci } = readEnvironment({ OCI_AUTH: "instance_principal" });
const pool = { ocid: "ocid1.instancepool.oc1.iad.a" };

/** Clients whose principal comes of this, and how often it was asked for. */
function clientsWith(find: () => Promise<Principal>) {
  const asked: number[] = [];
  const clients = new OciClients(
    oci,
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
});
