import { createPublicKey } from "node:crypto";
import { createServer as createHttpServer, type IncomingMessage, type Server } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { json } from "node:stream/consumers";
import { generate } from "selfsigned";
import type { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { region, tenancyId } from "../../local/oci-emulator/tenancy.ts";
import type { KeyPair } from "./certificates.ts";

/** What an instance has around it, not listening yet. */
export interface InstanceServices {
  /** Its metadata service, which knows its certificate and its region. */
  readonly metadata: Server;
  /** Identity, which gives a token for the certificate's key; over TLS. */
  readonly identity: Server;
  /** `GET /opc/v2/identity/cert.pem` and so on, with who signed, in the order of arrival. */
  readonly requests: readonly string[];
}

/** The services of an instance of the emulated tenancy; `certificate` is Identity's own. */
export async function instanceServices(
  emulator: OciEmulator,
  certificate: KeyPair,
): Promise<InstanceServices> {
  const { cert, private: key } = await generate([
    { name: "commonName", value: "an instance" },
    { shortName: "OU", value: `opc-tenant:${tenancyId}` },
  ]);
  const files: Readonly<Record<string, string>> = {
    "/opc/v2/instance/region": region.key,
    "/opc/v2/identity/cert.pem": cert,
    "/opc/v2/identity/key.pem": key,
    "/opc/v2/identity/intermediate.pem": cert,
  };
  const requests: string[] = [];
  const record = ({ method, url, headers }: IncomingMessage) => {
    const [, signer = headers.authorization] =
      /keyId="([^"]*)\//.exec(`${headers.authorization}`) ?? [];
    requests.push(`${method} ${url} ${signer}`);
  };
  const metadata = createHttpServer((request, response) => {
    record(request);
    response.end(files[request.url ?? ""]);
  });
  const identity = createHttpsServer(certificate, async (request, response) => {
    record(request);
    const { publicKey } = (await json(request)) as { readonly publicKey: string };
    const der = Buffer.from(publicKey, "base64");
    const token = emulator.instanceToken(
      createPublicKey({ key: der, format: "der", type: "spki" }),
    );
    response.end(JSON.stringify({ token }));
  });
  return { metadata, identity, requests };
}
