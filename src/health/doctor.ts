import { type Collectors, getCollector } from "../collectors/get-collector.ts";
import type { PoolDirectory } from "../collectors/metrics-collector.ts";
import type { Configuration } from "../config/configuration.ts";
import type { JsonObject } from "../config/json-object.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { secretIdsOf } from "../config/prometheus-servers.ts";
import { type RequestedPool, readPoolsRequest } from "../config/request.ts";
import { InvalidRequestError } from "../errors.ts";
import { runningInstances } from "../instance-manager/instance-pool.ts";
import type { Invocation } from "../invocation.ts";
import { stopwatch } from "../stopwatch.ts";
import type { CheckContext, HealthDependencies } from "./check-health.ts";
import { Diagnosis } from "./diagnosis.ts";
import type { DoctorDocument } from "./doctor-document.ts";
import { examineMembers } from "./examine-members.ts";
import { examineReadings } from "./examine-readings.ts";
import { limited } from "./limited.ts";

/** What the doctor works with. */
export interface DoctorDependencies extends HealthDependencies {
  readonly collectors: Collectors;
  readonly directory: PoolDirectory;
}

const poolsCompartment = "pools' compartment OCID";

/** A walk through everything that stands between one pool and its averages. */
interface Walk {
  readonly diagnosis: Diagnosis;
  readonly invocation: Invocation;
  readonly dependencies: DoctorDependencies;
}

/** Walks one pool end to end, as collecting does, and says what to change. It never throws. */
export async function runDoctor(
  request: JsonObject,
  { trigger, configuration, invocation }: CheckContext,
  dependencies: DoctorDependencies,
): Promise<DoctorDocument> {
  const { now } = dependencies;
  const started = now();
  const elapsedMs = stopwatch();
  const diagnosis = new Diagnosis(invocation.logger);
  const walk = { diagnosis, invocation, dependencies };
  const spec = await diagnosis.attempt("configuration", async () => {
    const asked = checkConfiguration(onePool(request, configuration), diagnosis);
    const server = configuration.servers.get(asked.prometheus.server);
    if (server !== undefined) diagnosis.learn("secret OCID", secretIdsOf(server));
    return asked;
  });
  const name = spec && (await walkPool(spec, walk));
  const { findings } = diagnosis;
  return {
    status: findings.some(({ status }) => status === "failed") ? "failed" : "ok",
    trigger,
    collectedAt: started.toISOString(),
    durationMs: elapsedMs(),
    pool: name ?? null,
    findings,
  };
}

/** @throws InvalidRequestError when it is not clear which pool is meant. */
function onePool(request: JsonObject, configuration: Configuration): RequestedPool {
  const { pools } = readPoolsRequest(request, configuration);
  const [pool, ...others] = pools;
  if (pool === undefined || others.length > 0 || "pools" in request) {
    const names = configuration.pools.flatMap(({ name }) => name ?? []);
    throw new InvalidRequestError("The doctor looks at one pool at a time.", {
      hint: `Name it: {"check": "doctor", "pool": ${JSON.stringify(names[0] ?? "web")}}`,
    });
  }
  return pool;
}

/** @throws UtilizationError of a pool that is written wrongly, or not known. */
function checkConfiguration(requested: RequestedPool, diagnosis: Diagnosis): PoolSpec {
  if ("error" in requested) throw requested.error;
  const { spec, warnings } = requested;
  const { label, by } = spec.prometheus.match;
  const where =
    spec.source === "oci"
      ? "OCI Monitoring"
      : `the Prometheus server "${spec.prometheus.server}", where the label "${label}" holds the ${by}`;
  const step = "configuration";
  const message = `${spec.instancePoolId} is measured over ${spec.windowMinutes} minute(s), on ${where}.`;
  diagnosis.add({ step, status: "ok", message });
  for (const warning of warnings) diagnosis.add({ step, status: "warning", message: warning });
  return spec;
}

/** The pool's name, as far as it came to be known. */
async function walkPool(spec: PoolSpec, walk: Walk): Promise<string> {
  const { diagnosis, invocation, dependencies } = walk;
  const { findPrincipal } = dependencies;
  const name = spec.name ?? spec.instancePoolId;
  checkCircuits(walk);
  if (spec.compartmentId !== undefined) diagnosis.learn(poolsCompartment, [spec.compartmentId]);
  const principal = await diagnosis.attempt("principal", () => limited(invocation, findPrincipal));
  if (principal === undefined) return name;
  const { expiresAt, functionId } = principal;
  const until = expiresAt === undefined ? "" : `, with a token until ${expiresAt.toISOString()}`;
  const message = `Requests are signed as ${functionId ?? "OCI_AUTH says"}${until}.`;
  diagnosis.add({ step: "principal", status: "ok", message });
  diagnosis.learnFunction(functionId);
  const known = await describePool(spec, walk);
  if (known === undefined) return name;
  await measure(known, walk);
  return known.name ?? name;
}

function checkCircuits({ diagnosis, dependencies }: Walk): void {
  const open = dependencies.endpoints().filter(({ state }) => state === "open");
  for (const { name, consecutiveFailures, retryAt } of open) {
    diagnosis.add({
      step: "circuits",
      status: "warning",
      message: `${name} failed ${consecutiveFailures} times in a row and is not asked before ${retryAt}.`,
      hint: "It is asked again by itself then. The errors in the log before this say why it failed.",
    });
  }
  if (open.length > 0) return;
  diagnosis.add({ step: "circuits", status: "ok", message: "No endpoint is left alone." });
}

/** The spec with what GetInstancePool adds to it; undefined when there is no such pool for us. */
async function describePool(spec: PoolSpec, walk: Walk): Promise<PoolSpec | undefined> {
  const { diagnosis, invocation, dependencies } = walk;
  const { instancePoolId } = spec;
  const pool = await diagnosis.attempt("pool", () =>
    limited(invocation, async (part) => {
      const { compute } = await dependencies.callsFor(spec, part);
      return compute.getInstancePool({ instancePoolId });
    }),
  );
  if (pool === undefined) return undefined;
  const { compartmentId, displayName } = pool;
  diagnosis.learn(poolsCompartment, [compartmentId]);
  if (spec.compartmentId !== undefined && spec.compartmentId !== compartmentId.toLowerCase()) {
    diagnosis.add({
      step: "pool",
      status: "failed",
      message: `The pool is in ${compartmentId}, and not in the configured ${spec.compartmentId}.`,
      hint: "Leave compartmentId out, or correct it.",
    });
  } else {
    const message = `GetInstancePool: "${displayName}" in ${compartmentId}.`;
    diagnosis.add({ step: "pool", status: "ok", message });
  }
  return { ...spec, name: spec.name ?? displayName, compartmentId };
}

async function measure(spec: PoolSpec, walk: Walk): Promise<void> {
  const { diagnosis, invocation, dependencies } = walk;
  const { collectors, directory } = dependencies;
  const pool = await diagnosis.attempt("members", () =>
    limited(invocation, (part) => directory.getInstancesFromInstancePool(spec, part)),
  );
  if (pool === undefined) return;
  examineMembers(pool, diagnosis);
  const running = runningInstances(pool);
  if (running.length === 0) return;
  diagnosis.learn(
    poolsCompartment,
    running.map(({ compartmentId }) => compartmentId),
  );
  const collector = getCollector(spec, collectors);
  // Measuring takes what it takes; half of the time is kept for a second look.
  const ask = (asked: PoolSpec) =>
    limited(invocation, (part) => collector.getMetrics(asked, part), {
      limitMs: invocation.remainingMs() / 2,
    });
  const measured = await diagnosis.attempt("metrics", () => ask(spec));
  if (measured === undefined) return;
  await examineReadings(spec, measured, ask, diagnosis);
}
