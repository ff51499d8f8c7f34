import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import stringify from "json-stringify-pretty-compact";
import { buildFunction } from "../build.mjs";
import type { DoctorDocument } from "../src/health/doctor-document.ts";
import type { HealthDocument } from "../src/health/health-document.ts";
import type { ResultDocument } from "../src/result/result-document.ts";
import { demoPool, demoPoolId, poolOfHosts } from "./demo-tenancy.ts";
import { FnAgent } from "./fn-agent/fn-agent.ts";
import { OciEmulator } from "./oci-emulator/emulator.ts";
import { hostsOf } from "./prometheus-hosts.ts";
import { summarizeDocument } from "./summary.ts";

const help = `Runs the function as Fn does, and prints its result document.

Usage: npm start -- [payload] [options]

  payload                 The request, JSON. Default: the emulated pool, with its instances.
  -f, --file <path>       Read the request from a file; "-" is standard input.
  --prometheus-url <url>  Ask this Prometheus server. The emulated pool then consists of the hosts
                          that it scrapes node_exporter on.
  --config-file-auth      Ask a real tenancy, signing with ~/.oci/config, instead of the emulator.
  --profile <name>        The profile of the OCI config file. Default: DEFAULT.
  -v, --verbose           Print the function's log, too, with debug lines.
  -h, --help              Print this.

The document goes to stdout, everything else to stderr. Exits with 0 when a pool was measured,
with 1 when the document's status is failed, with 2 when it was called wrongly.

Examples:
  npm start
  npm start -- '{"instancePoolId": "${demoPoolId}", "statistic": "max"}'
  npm start -- --prometheus-url http://localhost:9090
  npm start -- --config-file-auth '{"instancePoolId": "ocid1.instancepool.…"}'
`;

interface Options {
  readonly payload: string | undefined;
  readonly prometheusUrl: string | undefined;
  readonly configFileAuth: boolean;
  readonly profile: string | undefined;
  readonly verbose: boolean;
}

/** The user called the command wrongly. */
class UsageError extends Error {}

function readOptions(args: readonly string[]): Options | "help" {
  const { values, positionals } = parseArguments(args);
  if (values.help) return "help";
  const [payload, ...more] = positionals;
  if (more.length > 0) throw new UsageError("One payload, please; quote it for the shell.");
  if (payload !== undefined && values.file !== undefined) {
    throw new UsageError("Give the payload, or --file, but not both.");
  }
  if (values.profile !== undefined && !values["config-file-auth"]) {
    throw new UsageError("--profile goes with --config-file-auth.");
  }
  return {
    payload: values.file === undefined ? payload : readPayload(values.file),
    prometheusUrl: values["prometheus-url"],
    configFileAuth: values["config-file-auth"] ?? false,
    profile: values.profile,
    verbose: values.verbose ?? false,
  };
}

function parseArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        file: { type: "string", short: "f" },
        "prometheus-url": { type: "string" },
        "config-file-auth": { type: "boolean" },
        profile: { type: "string" },
        verbose: { type: "boolean", short: "v" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

function readPayload(file: string): string {
  try {
    return readFileSync(file === "-" ? 0 : file, "utf8");
  } catch (error) {
    throw new UsageError(`Cannot read ${file}: ${error instanceof Error ? error.message : error}`);
  }
}

/** The request of someone who gave none. */
function defaultPayload({ configFileAuth, prometheusUrl }: Options): string {
  if (configFileAuth) return "";
  const source = prometheusUrl === undefined ? "oci" : "prometheus";
  return JSON.stringify({ instancePoolId: demoPoolId, source, includeInstances: true });
}

async function run(options: Options): Promise<ResultDocument | HealthDocument | DoctorDocument> {
  await buildFunction();
  const { configFileAuth, prometheusUrl, profile, verbose } = options;
  const emulator = configFileAuth ? undefined : await startEmulator(prometheusUrl);
  const agent = await FnAgent.start({
    bundle: "dist/func.cjs",
    environment: {
      ...(emulator ? emulator.environment : configFileEnvironment(profile)),
      ...(prometheusUrl === undefined ? {} : { PROMETHEUS_URL: prometheusUrl }),
      LOG_LEVEL: verbose ? "DEBUG" : "WARN",
    },
    onLog: (line) => {
      if (verbose) console.error(line);
    },
  });
  try {
    const response = await agent.invoke(options.payload ?? defaultPayload(options));
    if (response.status !== 200)
      throw new Error(`Fn answered ${response.status}: ${response.body}`);
    return response.json() as ResultDocument | HealthDocument | DoctorDocument;
  } finally {
    await agent.close();
    await emulator?.close();
  }
}

async function startEmulator(prometheusUrl: string | undefined): Promise<OciEmulator> {
  const pool =
    prometheusUrl === undefined ? await demoPool() : poolOfHosts(await hostsOf(prometheusUrl));
  return OciEmulator.start({ tenancy: { pools: [pool] } });
}

function configFileEnvironment(profile: string | undefined): Readonly<Record<string, string>> {
  const { HOME = "", OCI_CONFIG_FILE } = process.env;
  return {
    OCI_AUTH: "config_file",
    HOME,
    ...(OCI_CONFIG_FILE === undefined ? {} : { OCI_CONFIG_FILE }),
    ...(profile === undefined ? {} : { OCI_CONFIG_PROFILE: profile }),
  };
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === "help") {
    console.log(help);
  } else {
    const document = await run(options);
    console.error(summarizeDocument(document));
    console.log(stringify(document, { maxLength: 130 }));
    process.exitCode = document.status === "failed" ? 1 : 0;
  }
} catch (error) {
  const usage = error instanceof UsageError;
  console.error(error instanceof Error ? error.message : error);
  if (usage) console.error("npm start -- --help says how it is called.");
  process.exitCode = usage ? 2 : 1;
}
