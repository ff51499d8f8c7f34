import { type Agent, createServer, request, type Server } from "node:http";
import type { AddressInfo, LookupFunction } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  guardedLookup,
  isNamedAddress,
  isRefusedAddress,
} from "../../../src/network/address-guard.ts";
import { agentFor } from "../../../src/network/agents.ts";
import { addressSpellings } from "../../fixtures/address-spellings.ts";

describe("a guarded connection", () => {
  let server: Server;
  let port: number;
  let connections = 0;
  beforeAll(async () => {
    server = createServer((_, response) => response.end("metadata"));
    server.on("connection", () => (connections += 1));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    ({ port } = server.address() as AddressInfo);
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it.each(addressSpellings)("is not made to %s", async (host) => {
    await expect(get(`http://${host}:${port}/`, guardedAgent())).rejects.toThrow(
      "is an address that is never connected to",
    );
    expect(connections).toBe(0);
  });

  it("is not made to spellings that only the resolver understands", async () => {
    const agent = guardedAgent();
    for (const host of ["2130706433", "0x7f000001", "127.1", "0"]) {
      const error = new Promise((_, reject) =>
        request({ host, port, agent }).on("error", reject).end(),
      );
      await expect(error).rejects.toThrow("is an address that is never connected to");
    }
    expect(connections).toBe(0);
  });

  it("knows over forty spellings", () => {
    expect(new Set(addressSpellings).size).toBeGreaterThanOrEqual(40);
  });

  it("is made where the configuration names that very address", async () => {
    const url = `http://127.0.0.1:${port}`;

    expect(await get(url, agentFor(new URL(url)))).toBe("metadata");
  });

  it.each(["127.0.0.1", "[::1]", "localhost", "10.0.0.5"])("may be configured to %s", (host) => {
    expect(isNamedAddress(host)).toBe(true);
  });

  it.each(["prometheus", "127.0.0.1.nip.io", "metadata.internal", "localhost.evil.com"])(
    "is guarded where the configuration names %s",
    (host) => {
      expect(isNamedAddress(host)).toBe(false);
    },
  );
});

describe("guardedLookup", () => {
  type Addresses = { address: string; family: number }[];
  const lookUp = (found: Addresses, all: boolean) => {
    return lookUpBy(
      guardedLookup(async () => found),
      "prometheus.internal",
      all,
    );
  };
  const lookUpBy = (lookup: LookupFunction, host: string, all = true) =>
    new Promise((done, fail) => {
      lookup(host, { all }, (error, address) => (error ? fail(error) : done(address)));
    });
  const good = { address: "10.0.0.5", family: 4 };

  it.each(["127.0.0.1", "169.254.169.254", "::1", "::ffff:169.254.169.254", "0.0.0.0"])(
    "fails for a name that %s answers to, among others",
    async (address) => {
      const bad = { address, family: address.includes(":") ? 6 : 4 };

      await expect(lookUp([good, bad], true)).rejects.toThrow(
        `prometheus.internal, which is ${address}, is an address that is never connected to`,
      );
    },
  );

  it("hands on a private address, in either form", async () => {
    expect(await lookUp([good], true)).toEqual([good]);
    expect(await lookUp([good], false)).toBe("10.0.0.5");
  });

  it.each([
    ["was found", async () => [good]],
    ["was not found", () => Promise.reject(new Error("ENOTFOUND"))],
  ])("asks for a name once at a time, and again when it %s", async (_, answer) => {
    const answers: (() => void)[] = [];
    const asked: string[] = [];
    const lookup = guardedLookup(async (host) => {
      asked.push(host);
      await new Promise<void>((resolve) => answers.push(resolve));
      return answer();
    });
    const slow = ["slow", "slow", "other", "slow"].map((host) => lookUpBy(lookup, host));
    expect(asked).toEqual(["slow", "other"]);

    for (const tell of answers) tell();

    const expected = await Promise.allSettled([answer()]);
    expect(await Promise.allSettled(slow)).toEqual(Array(4).fill(expected[0]));
    lookUpBy(lookup, "slow");
    expect(asked).toEqual(["slow", "other", "slow"]);
  });
});

describe("isRefusedAddress", () => {
  it.each(["10.0.0.5", "172.16.0.9", "192.168.1.1", "100.64.0.1", "8.8.8.8", "192.0.0.193"])(
    "lets %s through, as Prometheus may live there",
    (address) => {
      expect(isRefusedAddress(address)).toBe(false);
    },
  );

  it.each(["fd00::5", "2001:db8::1", "64:ff9b::a00:5", "::ffff:10.0.0.5", "2002:a00:5::"])(
    "lets %s through, too",
    (address) => {
      expect(isRefusedAddress(address)).toBe(false);
    },
  );

  it("is not misled by a zone", () => {
    expect(isRefusedAddress("fe80::1%eth0")).toBe(true);
  });
});

/** Of a server that is configured by a name. */
function guardedAgent(): Agent {
  return agentFor(new URL("http://prometheus.example"));
}

/** What is answered there. */
function get(url: string, agent: Agent): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent }, (incoming) => {
      let text = "";
      incoming.on("data", (chunk) => (text += chunk));
      incoming.on("end", () => resolve(text));
    });
    outgoing.on("error", reject).end();
  });
}
