// A server at a distance, in a process of its own: TLS in front of another one, with a round trip of so many
// milliseconds for the connection, for the handshake, and for each question.
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { CertificateAuthority } from "../../test/support/certificates.ts";
import { serveParent } from "../child.ts";

const authority = await CertificateAuthority.create();
const certificate = await authority.serverCertificate("127.0.0.1");

async function listening(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
}

/** Passes chunks on in their order, each `delayMs` after it came, and none before `firstAtMs`. */
function passOn(from: Socket, to: Socket, delayMs: number, firstAtMs = 0): void {
  const later = (work: () => void) => {
    const atMs = Math.max(performance.now(), firstAtMs) + delayMs;
    setTimeout(work, atMs - performance.now());
  };
  from.on("data", (chunk) => later(() => to.write(chunk)));
  from.on("close", () => later(() => to.destroy()));
  from.on("error", () => {});
}

/** On loopback a connection is there at once: its round trip is added to the first chunk's way. */
function atDistance(near: Socket, far: Socket, roundTripMs: number): void {
  for (const socket of [near, far]) socket.setNoDelay(true);
  passOn(near, far, roundTripMs / 2, performance.now() + roundTripMs);
  passOn(far, near, roundTripMs / 2);
}

const methods = {
  /** PEM of the authority whose certificates these servers have. */
  authority: () => authority.cert,
  /** The URL of a server that is so far away, and answers as the one of this URL. */
  open: async (url: string, roundTripMs: number): Promise<string> => {
    const { port } = new URL(url);
    const encrypted = createTlsServer(certificate, (socket) => {
      const plain = connect(Number(port), "127.0.0.1");
      for (const each of [socket, plain]) each.on("error", () => {});
      socket.pipe(plain).pipe(socket);
    });
    const tlsPort = await listening(encrypted);
    const server = createServer((near) =>
      atDistance(near, connect(tlsPort, "127.0.0.1"), roundTripMs),
    );
    return `https://127.0.0.1:${await listening(server)}`;
  },
};

export type DistantServers = typeof methods;

serveParent(methods);
