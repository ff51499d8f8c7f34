import { readEnvironment } from "../../src/config/environment.ts";
import { userLacks } from "../../src/config/profile-variables.ts";
import { demoConfiguration, demoPools, poolOfHosts } from "../demo-tenancy.ts";
import { tenancyOf } from "../file-tenancy.ts";
import { FnAgent } from "../fn-agent/fn-agent.ts";
import { OciEmulator } from "../oci-emulator/emulator.ts";
import { hostsOf } from "../prometheus-hosts.ts";
import { ownEnvironment } from "./environment.ts";
import type { Options, Tenancy } from "./options.ts";
import type { AnyDocument } from "./render/document.ts";

/** The function, running as Fn runs it. */
export interface LocalFunction {
  /** Who signs, for a person: "profile PROD". */
  readonly signer: string;
  readonly environment: Readonly<Record<string, string>>;
  /** Rejects when Fn would answer with an error of its own. */
  ask(request: string): Promise<AnyDocument>;
  close(): Promise<void>;
}

export interface LocalFunctionOptions extends Pick<Options, "tenancy" | "verbose"> {
  readonly bundle: string;
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly log: (line: string) => void;
}

/** Starts the function, and the emulated tenancy if it is to ask that. */
export async function startLocalFunction(options: LocalFunctionOptions): Promise<LocalFunction> {
  const { bundle, tenancy, variables, verbose, log } = options;
  const emulator = tenancy.kind === "emulated" ? await startEmulator(tenancy) : undefined;
  const environment =
    tenancy.kind === "emulated"
      ? { ...emulator?.environment, ...emulatedEnvironment(tenancy) }
      : ownEnvironment(tenancy, variables);
  const starting = FnAgent.start({
    bundle,
    environment: { ...environment, LOG_LEVEL: verbose ? "DEBUG" : "WARN" },
    onLog: (line) => {
      if (verbose) log(line);
    },
  });
  const agent = await starting.catch(async (error) => {
    // An emulator that listens would keep the command alive.
    await emulator?.close();
    throw error;
  });
  return {
    signer: emulator === undefined ? signerOf(environment) : "emulated tenancy",
    environment,
    async ask(request) {
      const response = await agent.invoke(request);
      if (response.status !== 200) {
        throw new Error(`Fn answered ${response.status}: ${response.body}`);
      }
      return response.json() as AnyDocument;
    },
    async close() {
      await agent.close();
      await emulator?.close();
    },
  };
}

function signerOf(variables: LocalFunction["environment"]): string {
  const environment = readEnvironment(variables);
  const { OCI_AUTH, OCI_CONFIG_PROFILE = "DEFAULT" } = environment;
  if (OCI_AUTH !== "config_file") return OCI_AUTH.replace("_", " ");
  const isWholeUser = userLacks(environment).length === 0;
  return isWholeUser ? "the user of OCI_CLI_USER" : `profile ${OCI_CONFIG_PROFILE}`;
}

type Emulated = Tenancy & { readonly kind: "emulated" };

async function startEmulator({ prometheusUrl, poolsFile }: Emulated): Promise<OciEmulator> {
  if (poolsFile !== undefined) return OciEmulator.start({ tenancy: tenancyOf(poolsFile) });
  const pools =
    prometheusUrl === undefined ? await demoPools() : [poolOfHosts(await hostsOf(prometheusUrl))];
  return OciEmulator.start({ tenancy: { pools } });
}

function emulatedEnvironment({
  prometheusUrl,
  poolsFile,
}: Emulated): Readonly<Record<string, string>> {
  if (poolsFile !== undefined) return { POOLS_FILE: poolsFile };
  if (prometheusUrl === undefined) return { POOLS: demoConfiguration("oci") };
  return { POOLS: demoConfiguration("prometheus"), PROMETHEUS_URL: prometheusUrl };
}
