import { readFileSync } from "node:fs";
import { common, core, monitoring } from "oci-sdk";
import { vi } from "vitest";
import type { OciEmulator } from "../../local/oci-emulator/emulator.ts";

/** The SDK's own resource principal; it reads process.env when it is built. */
export function resourcePrincipal(
  environment: Readonly<Record<string, string>>,
): common.AuthenticationDetailsProvider {
  try {
    for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
    return common.ResourcePrincipalAuthenticationDetailsProvider.builder();
  } finally {
    vi.unstubAllEnvs();
  }
}

export function monitoringClient(
  { url }: OciEmulator,
  provider: common.AuthenticationDetailsProvider,
): monitoring.MonitoringClient {
  const client = new monitoring.MonitoringClient({ authenticationDetailsProvider: provider });
  client.endpoint = url;
  return client;
}

export function computeClient(
  { url }: OciEmulator,
  provider: common.AuthenticationDetailsProvider,
): core.ComputeManagementClient {
  const client = new core.ComputeManagementClient({ authenticationDetailsProvider: provider });
  client.endpoint = url;
  return client;
}

export function networkClients(
  { url }: OciEmulator,
  provider: common.AuthenticationDetailsProvider,
): { readonly compute: core.ComputeClient; readonly network: core.VirtualNetworkClient } {
  const compute = new core.ComputeClient({ authenticationDetailsProvider: provider });
  const network = new core.VirtualNetworkClient({ authenticationDetailsProvider: provider });
  for (const client of [compute, network]) client.endpoint = url;
  return { compute, network };
}

/** A provider whose parts don't have to belong together. */
export function providerOf(keyId: string, privateKey: string) {
  return {
    getKeyId: async () => keyId,
    getPrivateKey: () => privateKey,
    getPassphrase: () => null,
  } satisfies common.AuthenticationDetailsProvider;
}

/** The keyId and key of the principal that is in the emulator's files now. */
export function principalOf({ environment }: OciEmulator) {
  const { OCI_RESOURCE_PRINCIPAL_RPST = "", OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM = "" } = environment;
  return {
    keyId: `ST$${readFileSync(OCI_RESOURCE_PRINCIPAL_RPST, "utf8")}`,
    privateKey: readFileSync(OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM, "utf8"),
  };
}

export interface RawCall {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  readonly path: string;
  readonly body?: string;
  /** Headers that are there before the SDK signs. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Changes the request when it is signed. */
  readonly tamper?: (request: { headers: Headers; body?: string | undefined; uri: string }) => void;
}

/** A request that the SDK's signer signs, sent as it is. */
export async function rawCall(
  { url }: OciEmulator,
  provider: common.AuthenticationDetailsProvider,
  { method = "GET", path, body, headers, tamper }: RawCall,
) {
  const request = { method, uri: `${url}${path}`, headers: new Headers(headers), body };
  await new common.DefaultRequestSigner(provider).signHttpRequest(request);
  tamper?.(request);
  const response = await fetch(request.uri, {
    method,
    headers: request.headers,
    body: request.body ?? null,
    signal: AbortSignal.timeout(10_000),
  });
  const answer: unknown = await response.json();
  return { status: response.status, headers: response.headers, answer };
}
