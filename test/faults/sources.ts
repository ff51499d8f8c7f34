import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import { CertificateAuthority, type KeyPair } from "../support/certificates.ts";
import { EmulatedPrometheus } from "../support/emulated-prometheus.ts";
import { compartmentId, instanceId, poolId } from "../support/ocids.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";
import { canaries } from "./secret-canary.ts";

const member = (unique: string, cpu: number, memory: number) => ({
  id: instanceId(unique),
  displayName: `inst-${unique}-web`,
  state: "Running",
  cpu: steady(cpu),
  memory: steady(memory),
});
const host = (unique: string, cpu: number, memory: number) => ({
  labels: { instance: `inst-${unique}-web` },
  up: 1,
  cpu,
  memory,
});

export const vaultSecretId = "ocid1.vaultsecret.oc1.iad.amaaaaaaprometheustoken";

export const tenancy = {
  compartments: [{ id: compartmentId }],
  secrets: [{ id: vaultSecretId, content: canaries.vaultToken }],
  pools: [
    {
      id: poolId,
      displayName: "web",
      compartmentId,
      instances: [member("a", 20, 30), member("b", 80, 60)],
    },
  ],
};

/** What is true of the pool; the two sources differ, so that none can stand in for the other. */
export const truth = {
  oci: { cpu: 50, memory: 45 },
  prometheus: { cpu: 25, memory: 60 },
} as const;

/** What all functions under test may share: healthy sources, and certificates. */
export class Sources {
  readonly emulator: OciEmulator;
  readonly prometheus: EmulatedPrometheus;
  readonly certificates: Certificates;
  readonly #directory: TemporaryDirectory;

  private constructor(
    emulator: OciEmulator,
    prometheus: EmulatedPrometheus,
    certificates: Certificates,
    directory: TemporaryDirectory,
  ) {
    this.emulator = emulator;
    this.prometheus = prometheus;
    this.certificates = certificates;
    this.#directory = directory;
  }

  static async start(): Promise<Sources> {
    const directory = await createTemporaryDirectory();
    return new Sources(
      await OciEmulator.start({ tenancy, tokenLifetimeMs: 60 * 60_000 }),
      await EmulatedPrometheus.start(() => [host("a", 10, 70), host("b", 40, 50)]),
      await makeCertificates(directory.path),
      directory,
    );
  }

  async close(): Promise<void> {
    await this.emulator.close();
    await this.prometheus.close();
    await this.#directory.remove();
  }
}

export interface Certificates {
  /** PEM of the authority that the function trusts, and the file it is in. */
  readonly trusted: string;
  readonly trustedFile: string;
  readonly good: KeyPair;
  readonly ofUnknownAuthority: KeyPair;
  readonly ofWrongName: KeyPair;
}

async function makeCertificates(directory: string): Promise<Certificates> {
  const [authority, stranger] = [
    await CertificateAuthority.create(),
    await CertificateAuthority.create("Stranger"),
  ];
  const trustedFile = join(directory, "ca.pem");
  await writeFile(trustedFile, authority.cert);
  return {
    trusted: authority.cert,
    trustedFile,
    good: await authority.serverCertificate("127.0.0.1"),
    ofUnknownAuthority: await stranger.serverCertificate("127.0.0.1"),
    ofWrongName: await authority.serverCertificate("elsewhere.example"),
  };
}
