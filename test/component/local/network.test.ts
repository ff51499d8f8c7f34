import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { OciEmulator } from "../../../local/oci-emulator/emulator.ts";
import type { EmulatedInstance, EmulatedVnic } from "../../../local/oci-emulator/tenancy.ts";
import { networkClients, rawCall, resourcePrincipal } from "../../support/sdk-calls.ts";

const compartmentId = "ocid1.compartment.oc1..aaaaaaaacompartment";
const elsewhereId = "ocid1.compartment.oc1..aaaaaaaaelsewhere";
const instanceId = "ocid1.instance.oc1.iad.aaaaaaaaa";

function instance(unique: string, rest: Partial<EmulatedInstance>): EmulatedInstance {
  const id = `ocid1.instance.oc1.iad.aaaaaaaa${unique}`;
  return { id, displayName: `inst-${unique}-web`, state: "Running", ...rest };
}

describe("the emulator's network", () => {
  const emulators: OciEmulator[] = [];

  async function start(instances: readonly EmulatedInstance[], pageSize?: number) {
    const pool = {
      id: "ocid1.instancepool.oc1.iad.a",
      displayName: "web",
      compartmentId,
      instances,
    };
    const tenancy = { pools: [pool], ...(pageSize && { pageSize }) };
    const emulator = await OciEmulator.start({ tenancy });
    emulators.push(emulator);
    const provider = resourcePrincipal(emulator.environment);
    return { emulator, provider, ...networkClients(emulator, provider) };
  }

  beforeEach(() => {
    // The SDK prints every refusal.
    vi.spyOn(console, "warn").mockReturnValue();
  });

  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(emulators.splice(0).map((emulator) => emulator.close()));
  });

  it("leads from an instance to its addresses and host name", async () => {
    const vnics: readonly EmulatedVnic[] = [
      { privateIp: "10.0.0.11", hostnameLabel: "web-a", ipv6Addresses: ["fd00::b"] },
      { privateIp: "10.0.1.11" },
    ];
    const { emulator, compute, network } = await start([
      instance("other", { vnics: [{ privateIp: "10.0.0.99" }] }),
      instance("a", { vnics }),
    ]);

    const { items } = await compute.listVnicAttachments({ compartmentId, instanceId });
    const found = [];
    for (const { vnicId = "" } of items) found.push((await network.getVnic({ vnicId })).vnic);

    expect(items).toMatchObject([
      { instanceId, compartmentId, lifecycleState: "ATTACHED" },
      { instanceId, compartmentId, lifecycleState: "ATTACHED" },
    ]);
    expect(new Set(items.map(({ id }) => id)).size).toBe(2);
    expect(found).toMatchObject([
      {
        id: items[0]?.vnicId,
        compartmentId,
        displayName: "inst-a-web",
        hostnameLabel: "web-a",
        privateIp: "10.0.0.11",
        ipv6Addresses: ["fd00::b"],
        isPrimary: true,
        lifecycleState: "AVAILABLE",
      },
      { id: items[1]?.vnicId, hostnameLabel: null, privateIp: "10.0.1.11", isPrimary: false },
    ]);
    expect(emulator.requests.map(({ operation }) => operation)).toEqual([
      "ListVnicAttachments",
      "GetVnic",
      "GetVnic",
    ]);
  });

  it("tells which VNIC is the primary one when it is not the first", async () => {
    const vnics = [
      { privateIp: "10.0.1.11", isPrimary: false },
      { privateIp: "10.0.0.11", isPrimary: true },
    ];
    const { compute, network } = await start([instance("a", { vnics })]);

    const { items } = await compute.listVnicAttachments({ compartmentId, instanceId });
    const primary = await Promise.all(
      items.map(async ({ vnicId = "" }) => (await network.getVnic({ vnicId })).vnic.isPrimary),
    );

    expect(primary).toEqual([false, true]);
  });

  it("lists attachments that have no VNIC yet, or none any more", async () => {
    const { compute, network } = await start([
      instance("a", {
        vnics: [
          { privateIp: "10.0.0.11", attachmentState: "ATTACHING" },
          { privateIp: "10.0.0.12", attachmentState: "DETACHED" },
          { privateIp: "10.0.0.13", attachmentState: "DETACHING" },
        ],
      }),
    ]);

    const { items } = await compute.listVnicAttachments({ compartmentId, instanceId });
    const [attaching, detached, detaching] = items;

    expect(attaching).toMatchObject({ lifecycleState: "ATTACHING", vnicId: null });
    expect(detached?.lifecycleState).toBe("DETACHED");
    await expect(network.getVnic({ vnicId: detached?.vnicId ?? "" })).rejects.toMatchObject({
      statusCode: 404,
      serviceCode: "NotAuthorizedOrNotFound",
    });
    await expect(network.getVnic({ vnicId: detaching?.vnicId ?? "" })).resolves.toBeDefined();
  });

  it("pages through the attachments of a compartment", async () => {
    const members = Array.from({ length: 5 }, (_, index) =>
      instance(`n${index}`, { vnics: [{ privateIp: `10.0.0.${index}` }] }),
    );
    const { compute } = await start(members, 3);
    const pages = [];
    let page: string | undefined;
    do {
      const request = { compartmentId, limit: 2 };
      // The SDK puts it into the URL as it is.
      const next = page && { page: encodeURIComponent(page) };
      const answer = await compute.listVnicAttachments({ ...request, ...next });
      pages.push(answer.items.map((attachment) => attachment.instanceId));
      page = answer.opcNextPage;
    } while (page);
    const mostAtOnce = await compute.listVnicAttachments({ compartmentId });

    expect(pages.map((ids) => ids.length)).toEqual([2, 2, 1]);
    expect(pages.flat()).toEqual(members.map(({ id }) => id));
    expect(mostAtOnce.items).toHaveLength(3);
  });

  it("looks for attachments where the instance is, not where its pool is", async () => {
    const vnics = [{ privateIp: "10.0.0.11" }];
    const { compute } = await start([instance("a", { vnics, compartmentId: elsewhereId })]);
    const countIn = async (compartment: string) =>
      (await compute.listVnicAttachments({ compartmentId: compartment, instanceId })).items.length;

    expect([await countIn(compartmentId), await countIn(elsewhereId)]).toEqual([0, 1]);
  });

  it.each([
    ["attachments of no compartment", "vnicAttachments", 400, "MissingParameter"],
    [
      "attachments of an unknown compartment",
      `vnicAttachments?compartmentId=${compartmentId}x`,
      404,
      "NotAuthorizedOrNotFound",
    ],
    [
      "a page token of its caller's making",
      `vnicAttachments?compartmentId=${compartmentId}&page=2`,
      400,
      "InvalidParameter",
    ],
    ["an unknown VNIC", "vnics/ocid1.vnic.oc1.iad.x", 404, "NotAuthorizedOrNotFound"],
  ])("refuses %s", async (_, path, status, code) => {
    const { emulator, provider } = await start([]);

    const refusal = await rawCall(emulator, provider, { path: `/20160918/${path}` });

    expect(refusal).toMatchObject({ status, answer: { code } });
  });
});
