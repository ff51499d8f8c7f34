import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { type DoctorStep, doctorSteps, type Finding } from "./doctor-document.ts";
import { noAnswer } from "./probes.ts";

/** In the policy statements of hints, and of docs/deploy.md. */
type Placeholder = "pools' compartment OCID" | "secret OCID";

/** What the doctor has found so far, and what it has learned that makes a hint more exact. */
export class Diagnosis {
  readonly #logger: Logger;
  readonly #findings: Finding[] = [];
  readonly #known = new Map<Placeholder, readonly string[]>();
  #functionId: string | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** In the order of the steps; those that were not come to are skipped. */
  get findings(): readonly Finding[] {
    return doctorSteps.flatMap((step) => {
      const found = this.#findings.filter((finding) => finding.step === step);
      const message = "Not looked at: an earlier step has to be mended first.";
      return found.length > 0 ? found : [{ step, status: "skipped" as const, message }];
    });
  }

  add({ hint, ...finding }: Omit<Finding, "hint"> & { readonly hint?: string | undefined }): void {
    this.#findings.push(hint === undefined ? finding : { ...finding, hint });
  }

  /** What a policy statement would have to name in the place of a placeholder. */
  learn(placeholder: Placeholder, values: readonly string[]): void {
    this.#known.set(placeholder, [...new Set(values)]);
  }

  learnFunction(id: string | undefined): void {
    this.#functionId = id;
  }

  /** An error, once, however many calls met it. */
  addError(step: DoctorStep, thrown: unknown): void {
    const error = noAnswer(toUtilizationError(thrown));
    this.#logger.error("Check failed", error, { part: step });
    const { code, message } = error;
    if (this.#findings.some((finding) => finding.step === step && finding.message === message))
      return;
    this.add({ step, status: "failed", message, hint: this.#hintOf(error), code });
  }

  /** The value of a step, or undefined when it failed. */
  async attempt<T>(step: DoctorStep, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.addError(step, error);
      return undefined;
    }
  }

  /** The statement stands last, so that it can be pasted as it is. */
  #hintOf({ hint }: UtilizationError): string | undefined {
    if (hint === undefined || !hint.includes("dynamic-group <group>")) return hint;
    const rule = `ALL {resource.type = 'fnfunc', resource.id = '${this.#functionId}'}`;
    const before =
      this.#functionId === undefined ? [] : [`The dynamic group <group> needs the rule ${rule}.`];
    let statement = hint;
    for (const [placeholder, [only = "", ...others]] of this.#known) {
      if (!hint.includes(`<${placeholder}>`) || only === "") continue;
      if (others.length === 0) statement = statement.replaceAll(`<${placeholder}>`, only);
      else before.push(`For <${placeholder}>, there are ${[only, ...others].join(" and ")}.`);
    }
    return [...before, statement].join(" ");
  }
}
