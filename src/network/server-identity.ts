import { X509Certificate } from "node:crypto";
import { isIPv6 } from "node:net";
import { checkServerIdentity, type PeerCertificate } from "node:tls";
import { withoutBrackets } from "./address-guard.ts";

/**
 * Whether a certificate is that of the host; the error, if not, as Node's checkServerIdentity returns
 * it. That takes no IPv6 address for one in Node 22.23, and finds it in no certificate; OpenSSL does.
 */
export function checkIdentity(host: string, certificate: PeerCertificate): Error | undefined {
  const hostname = withoutBrackets(host);
  const named = isIPv6(hostname) && new X509Certificate(certificate.raw).checkIP(hostname);
  return named ? undefined : checkServerIdentity(hostname, certificate);
}
