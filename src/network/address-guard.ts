import type { LookupAddress, LookupAllOptions, LookupOptions } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";
import { promisify } from "node:util";
import { once } from "../once.ts";

/** An address that no server is reached at, unless the configuration names it. */
export class AddressRefusedError extends Error {
  override readonly name = "AddressRefusedError";
}

/**
 * IPv4 that leads back to this machine or to what it trusts: "this network" (0.0.0.0 connects to
 * loopback), loopback, link-local with the metadata service of OCI, its other address, multicast
 * and broadcast. Private networks are where Prometheus lives, and are let through.
 */
const ipv4 = "0.0.0.0/8 127.0.0.0/8 169.254.0.0/16 192.0.0.192/32 224.0.0.0/4 240.0.0.0/4";

/** The same for IPv6; the metadata service of OCI and, as it costs nothing, that of others. */
const ipv6 = "::/128 ::1/128 fe80::/10 fec0::/10 ff00::/8 fd00:c1::a9fe:a9fe/128 fd00:ec2::254/128";

/** What IPv6 puts in front of an IPv4 address: mapped, translated, compatible, and NAT64 (twice). */
const carriers = ["::ffff:", "::ffff:0:", "::", "64:ff9b::", "64:ff9b:1::"];

/** Made when the first address is looked at: a start has better things to do. */
const refused = once(() => {
  const list = new BlockList();
  for (const [network, prefix] of networksOf(ipv6)) list.addSubnet(network, prefix, "ipv6");
  for (const [network, prefix] of networksOf(ipv4)) {
    list.addSubnet(network, prefix, "ipv4");
    for (const carrier of carriers) list.addSubnet(`${carrier}${network}`, 96 + prefix, "ipv6");
    // 6to4 has it in the middle.
    const bytes = Buffer.from(network.split(".").map(Number)).toString("hex");
    list.addSubnet(`2002:${bytes.slice(0, 4)}:${bytes.slice(4)}::`, 16 + prefix, "ipv6");
  }
  return list;
});

function networksOf(list: string): readonly (readonly [network: string, prefix: number])[] {
  return list.split(" ").map((one) => {
    const [network = "", prefix] = one.split("/");
    return [network, Number(prefix)];
  });
}

/** Whether an IP address is one that only the configuration may name. */
export function isRefusedAddress(address: string): boolean {
  const bare = address.replace(/%.*$/, "");
  return refused().check(bare, isIPv6(bare) ? "ipv6" : "ipv4");
}

/** An IPv6 address as it is, where URLs put it into brackets; any other host as it was. */
export function withoutBrackets(host: string): string {
  return host.replace(/^\[(.*)\]$/, "$1");
}

/**
 * Whether the host of a configured URL is allowed to be a refused address: it is one itself. A name
 * is not: whoever answers for it could point it anywhere.
 */
export function isNamedAddress(host: string): boolean {
  return isIP(withoutBrackets(host)) !== 0 || host === "localhost";
}

/** Why a host that is written as an address isn't connected to; undefined for all others. */
export function refusalOf(host: string): AddressRefusedError | undefined {
  const bare = withoutBrackets(host);
  return isIP(bare) !== 0 && isRefusedAddress(bare) ? refusal(bare, bare) : undefined;
}

/**
 * Looks names up as Node does, and fails for one that any refused address answers to. A lookup can't
 * be ended, and Node has two threads for slow ones: who wants what is being looked up waits for that, so
 * that one slow name leaves a thread for others.
 */
export function guardedLookup(resolve: Resolve = lookup): LookupFunction {
  const outstanding = new Map<string, Promise<readonly LookupAddress[]>>();
  const lookUp = (hostname: string, options: LookupOptions) => {
    const key = JSON.stringify([hostname, options]);
    const found =
      outstanding.get(key) ??
      resolve(hostname, { ...options, all: true }).finally(() => outstanding.delete(key));
    outstanding.set(key, found);
    return found;
  };
  return (hostname, options, callback) => {
    const answer = (found: readonly LookupAddress[]) => {
      const bad = found.find(({ address }) => isRefusedAddress(address));
      if (bad !== undefined) return callback(refusal(hostname, bad.address), []);
      const [first] = found;
      if (options.all === true) callback(null, [...found]);
      else callback(null, first?.address ?? "", first?.family);
    };
    lookUp(hostname, options).then(answer, (error) => callback(error, []));
  };
}

/** Node has loaded its own when the first name is connected to. */
async function lookup(hostname: string, options: LookupAllOptions) {
  const dns = await import("node:dns");
  return promisify(dns.lookup)(hostname, options);
}

type Resolve = (hostname: string, options: LookupAllOptions) => Promise<readonly LookupAddress[]>;

function refusal(host: string, address: string): AddressRefusedError {
  const what = host === address ? host : `${host}, which is ${address},`;
  return new AddressRefusedError(`${what} is an address that is never connected to`);
}
