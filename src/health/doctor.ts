import { getCollector } from "../collectors/get-collector.ts";
import type { PoolDirectory } from "../collectors/metrics-collector.ts";
import type { Configuration } from "../config/configuration.ts";
import type { JsonObject } from "../config/json-object.ts";
import type { PoolSpec } from "../config/pool-spec.ts";
import { secretIdsOf } from "../config/prometheus-servers.ts";
import { readPoolsRequest } from "../config/request.ts";
import type { RequestedSelection } from "../config/requested-pool.ts";
import { InvalidRequestError } from "../errors.ts";
import { groupBy } from "../group-by.ts";
import { type InstancePool, runningInstances } from "../instance-manager/instance-pool.ts";
import type { PoolSelector } from "../instance-manager/pool-selector.ts";
import type { Invocation } from "../invocation.ts";
import { whyNotAsked } from "../resilience/endpoint.ts";
import type { DocumentHead } from "../result/result-document.ts";
import type { HealthDependencies } from "./check-health.ts";
import { Diagnosis } from "./diagnosis.ts";
import type { DoctorDocument } from "./doctor-document.ts";
import { examineReadings } from "./examine-readings.ts";

/** What the doctor works with. */
export interface DoctorDependencies extends HealthDependencies {
  readonly directory: PoolDirectory;
  readonly selector: PoolSelector;
}

const poolsCompartment = "pools' compartment OCID";

/** What the steps of one examination share. */
interface Examination {
  readonly diagnosis: Diagnosis;
  readonly invocation: Invocation;
  readonly dependencies: DoctorDependencies;
}

/** The pool that the doctor is asked about, or the first of those that are selected. */
interface Patient {
  /** Of a selection it has the name in place of the OCID. */
  readonly spec: PoolSpec;
  readonly warnings: readonly string[];
  readonly selection?: RequestedSelection;
}

/** Examines all that one pool's averages need, as collecting does, and says what to change. It never throws. */
export async function runDoctor(
  request: JsonObject,
  configuration: Configuration,
  invocation: Invocation,
  dependencies: DoctorDependencies,
): Promise<Omit<DoctorDocument, keyof DocumentHead>> {
  const diagnosis = new Diagnosis(invocation);
  const examination = { diagnosis, invocation, dependencies };
  const asked = await diagnosis.attempt("configuration", async () => {
    const patient = onePatient(request, configuration);
    checkConfiguration(patient, configuration, examination);
    return patient;
  });
  const name = asked && (await examine(asked, examination));
  const { findings } = diagnosis;
  const failed = findings.some(({ status }) => status === "failed");
  return { status: failed ? "failed" : "ok", pool: name ?? null, findings };
}

/** @throws UtilizationError when it is not clear which pool is meant, or it is written wrongly, or not known. */
function onePatient(request: JsonObject, configuration: Configuration): Patient {
  const { pools, selections } = readPoolsRequest(request, configuration);
  const [pool, ...others] = [...pools, ...selections];
  if (pool === undefined || others.length > 0 || "pools" in request) {
    const names = configuration.pools.flatMap(({ name }) => name ?? []);
    throw new InvalidRequestError("The doctor looks at one pool at a time.", {
      hint: `Name it: {"check": "doctor", "pool": ${JSON.stringify(names[0] ?? "web")}}`,
    });
  }
  if ("error" in pool) throw pool.error;
  return "spec" in pool ? pool : { spec: pool.template, warnings: [], selection: pool };
}

function checkConfiguration(
  { spec, warnings, selection }: Patient,
  { servers }: Configuration,
  { diagnosis, dependencies }: Examination,
): void {
  const { instancePoolId, windowMinutes, prometheus } = spec;
  const { name, matching } = getCollector(spec, dependencies.collectors).describe(spec);
  const are = selection === undefined ? "is" : "are";
  const message = `${instancePoolId} ${are} measured over ${windowMinutes} minute(s), on ${name}${matching}.`;
  diagnosis.add("configuration", "ok", message);
  for (const warning of warnings) diagnosis.add("configuration", "warning", warning);
  const server = servers.get(prometheus.server);
  if (server !== undefined) diagnosis.learn("secret OCID", secretIdsOf(server));
}

/** The name of the pool that was looked at, as far as it came to be known. */
async function examine({ spec, selection }: Patient, examination: Examination): Promise<string> {
  const { diagnosis, dependencies } = examination;
  checkCircuits(examination);
  const name = spec.name ?? spec.instancePoolId;
  const { compartmentId } = selection?.select ?? spec;
  if (compartmentId !== undefined) diagnosis.learn(poolsCompartment, [compartmentId]);
  const signer = await diagnosis.attempt("principal", dependencies.findPrincipal);
  if (signer === undefined) return name;
  diagnosis.learnSigner(signer);
  const pool = selection ? await firstSelected(selection, examination) : spec;
  const known = pool && (await describePool(pool, examination));
  if (known === undefined) return name;
  await measure(known, examination);
  return known.name ?? known.instancePoolId;
}

function checkCircuits({ diagnosis, dependencies }: Examination): void {
  const open = dependencies.endpoints().filter(({ state }) => state === "open");
  for (const endpoint of open) {
    diagnosis.add("circuits", "warning", whyNotAsked(endpoint), {
      hint: "It is asked again by itself then. The errors in the log before this say why it failed.",
    });
  }
  if (open.length === 0) diagnosis.add("circuits", "ok", "No endpoint is left alone.");
}

/** The first of the selected pools: what the others need is the same. Undefined when there is none. */
async function firstSelected(
  selection: RequestedSelection,
  { diagnosis, dependencies }: Examination,
): Promise<PoolSpec | undefined> {
  const select = (part: Invocation) => dependencies.selector.select(selection, part);
  const selected = await diagnosis.attempt("pool", select);
  if (selected === undefined) return undefined;
  for (const failure of selected.failures) diagnosis.addError("pool", failure);
  const { length, 0: first } = selected.pools;
  const message = `ListInstancePools: ${length} pool(s) are selected; the first of them is looked at.`;
  diagnosis.add("pool", "ok", message);
  if (first === undefined || "spec" in first) return first?.spec;
  diagnosis.addError("configuration", first.error);
  return undefined;
}

/** The spec with what GetInstancePool adds to it; undefined when there is no such pool for us. */
async function describePool(
  spec: PoolSpec,
  { diagnosis, dependencies }: Examination,
): Promise<PoolSpec | undefined> {
  const { instancePoolId } = spec;
  const pool = await diagnosis.attempt("pool", async (part) => {
    const { compute } = await dependencies.callsFor(spec, part);
    return compute.getInstancePool({ instancePoolId });
  });
  if (pool === undefined) return undefined;
  const { compartmentId, displayName } = pool;
  diagnosis.learn(poolsCompartment, [compartmentId]);
  if (spec.compartmentId === undefined || spec.compartmentId === compartmentId.toLowerCase()) {
    diagnosis.add("pool", "ok", `GetInstancePool: "${displayName}" in ${compartmentId}.`);
  } else {
    const message = `The pool is in ${compartmentId}, and not in the configured ${spec.compartmentId}.`;
    diagnosis.add("pool", "failed", message, { hint: "Leave compartmentId out, or correct it." });
  }
  return { ...spec, name: spec.name ?? displayName, compartmentId };
}

async function measure(spec: PoolSpec, examination: Examination): Promise<void> {
  const { diagnosis, invocation, dependencies } = examination;
  const { collectors, directory } = dependencies;
  const list = (part: Invocation) => directory.getInstancesFromInstancePool(spec, part);
  const pool = await diagnosis.attempt("members", list);
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
  const halfMs = invocation.remainingMs() / 2;
  const ask = (part: Invocation) => collector.getMetrics(spec, part);
  const measured = await diagnosis.attempt("metrics", ask, halfMs);
  if (measured === undefined) return;
  await examineReadings(spec, measured, collector, invocation, diagnosis);
}

/** States of members that are on their way out, and so no surprise. */
const leaving: ReadonlySet<string> = new Set(["TERMINATING", "TERMINATED"]);

/** Who is in the pool, and who of them can have a utilization at all. */
function examineMembers(pool: InstancePool, diagnosis: Diagnosis): void {
  const { length } = pool.instances;
  const running = runningInstances(pool).length;
  const byState = groupBy(pool.instances, ({ state }) => state);
  byState.delete("RUNNING");
  const states = [...byState].map(([state, those]) => `${those.length} ${state}`).join(", ");
  diagnosis.add("members", "ok", `ListInstancePoolInstances: ${length} member(s).`);
  if (running === 0) {
    const who = length === 0 ? "The pool has no members" : `No member runs: ${states}`;
    const hint = "Start the pool, or raise its size.";
    diagnosis.add("running", "failed", `${who}.`, { hint, code: "EMPTY_POOL" });
    return;
  }
  const message = `${running} of ${length} member(s) run${states && `; ${states}`}.`;
  const surprising = [...byState.keys()].some((state) => !leaving.has(state));
  const hint = "Only running members are measured. Start those that should work.";
  if (surprising) diagnosis.add("running", "warning", message, { hint });
  else diagnosis.add("running", "ok", message);
}
