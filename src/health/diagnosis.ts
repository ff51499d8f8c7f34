import { type ErrorCode, toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Invocation } from "../invocation.ts";
import type { Signer } from "../oci/principal.ts";
import { type DoctorStep, doctorSteps, type Finding } from "./doctor-document.ts";
import { withTimeout } from "./probes.ts";

/** In the policy statements of hints, and of docs/policies.md. */
type Placeholder = "pools' compartment OCID" | "secret OCID";

interface More {
  readonly hint?: string | undefined;
  readonly code?: ErrorCode | undefined;
}

/** What the doctor has found so far, and what it has learned that makes a hint more exact. */
export class Diagnosis {
  readonly #invocation: Invocation;
  readonly #findings: Finding[] = [];
  readonly #known = new Map<Placeholder, readonly string[]>();
  #signer: Signer | undefined;

  constructor(invocation: Invocation) {
    this.#invocation = invocation;
  }

  /** In the order of the steps; those that were not come to are skipped. */
  get findings(): readonly Finding[] {
    return doctorSteps.flatMap((step) => {
      const found = this.#findings.filter((finding) => finding.step === step);
      const message = "Not looked at: an earlier step has to be mended first.";
      return found.length > 0 ? found : [{ step, status: "skipped" as const, message }];
    });
  }

  /** What was found in a step; `more` where it isn't as it should be. */
  add(
    step: DoctorStep,
    status: Finding["status"],
    message: string,
    { hint, code }: More = {},
  ): void {
    this.#findings.push({ step, status, message, ...(hint && { hint }), ...(code && { code }) });
  }

  /** What a policy statement would have to name in the place of a placeholder. */
  learn(placeholder: Placeholder, values: readonly string[]): void {
    this.#known.set(placeholder, [...new Set(values)]);
  }

  learnSigner(signer: Signer): void {
    this.#signer = signer;
    this.add("principal", "ok", describeSigner(signer));
  }

  /** An error, once, however many calls met it. */
  addError(step: DoctorStep, thrown: unknown): void {
    const error = toUtilizationError(thrown);
    this.#invocation.logger.error("Check failed", error, { part: step });
    const { code, message } = error;
    if (this.#findings.some((finding) => finding.step === step && finding.message === message))
      return;
    this.add(step, "failed", message, { hint: this.#hintOf(error), code });
  }

  /** The value of a step, or undefined when it failed, or took more than a part of the time that there is. */
  async attempt<T>(
    step: DoctorStep,
    work: (part: Invocation) => Promise<T>,
    limitMs?: number,
  ): Promise<T | undefined> {
    try {
      return await withTimeout(this.#invocation, work, limitMs);
    } catch (error) {
      this.addError(step, error);
      return undefined;
    }
  }

  /** The statement stands last, so that it can be pasted as it is. */
  #hintOf({ hint }: UtilizationError): string | undefined {
    if (hint === undefined || !hint.includes("group <group>")) return hint;
    const before: string[] = this.#signer === undefined ? [] : membership(this.#signer);
    let statement = hint;
    for (const [placeholder, [only = "", ...others]] of this.#known) {
      if (!hint.includes(`<${placeholder}>`) || only === "") continue;
      if (others.length === 0) statement = statement.replaceAll(`<${placeholder}>`, only);
      else before.push(`For <${placeholder}>, there are ${[only, ...others].join(" and ")}.`);
    }
    return [...before, statement].join(" ");
  }
}

/** How the signer becomes a member of the group that a policy is for. */
function membership({ kind, id }: Signer): string[] {
  if (id === undefined) return [];
  const rules: { readonly [K in Signer["kind"]]?: string } = {
    instance_principal: `ALL {instance.id = '${id}'}`,
    resource_principal: `ALL {resource.type = 'fnfunc', resource.id = '${id}'}`,
  };
  const rule = rules[kind];
  if (rule === undefined) return [`The group <group> is one that ${id} is in.`];
  return [`The dynamic group <group> needs the rule ${rule}.`];
}

const signers: Readonly<Record<Signer["kind"], string>> = {
  resource_principal: "the function",
  instance_principal: "the instance",
  api_key: "the user",
  session: "the session of the user",
  cloud_shell: "Cloud Shell for the user",
};

/** "Requests are signed by the user ocid1.user… (profile "PROD" of ~/.oci/config, region …)." */
function describeSigner({ kind, id, profile, tenancyId, region, expiresAt }: Signer): string {
  const details = [
    profile,
    tenancyId && `tenancy ${tenancyId}`,
    region && `region ${region}`,
    expiresAt && `with a token until ${expiresAt.toISOString()}`,
  ].filter((detail) => detail !== undefined);
  const who = [signers[kind], id].filter((part) => part !== undefined).join(" ");
  return `Requests are signed by ${who}${details.length > 0 ? ` (${details.join(", ")})` : ""}.`;
}
