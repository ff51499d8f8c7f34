import { toUtilizationError, type UtilizationError } from "../errors.ts";
import type { Logger } from "../logger.ts";
import { type DoctorStep, doctorSteps, type Finding } from "./doctor-document.ts";
import { noAnswer } from "./probes.ts";

/** What the doctor has found so far, and what it has learned that makes a hint more exact. */
export class Diagnosis {
  readonly #logger: Logger;
  readonly #findings: Finding[] = [];
  #compartments: readonly string[] = [];
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

  /** The compartments that a missing policy would have to name. */
  learnCompartments(ids: readonly string[]): void {
    this.#compartments = [...new Set(ids)];
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

  /** With what is known in the place of placeholders: a statement is to be pasted as it is. */
  #hintOf({ hint }: UtilizationError): string | undefined {
    if (hint === undefined || !hint.includes("dynamic-group <group>")) return hint;
    const [only, ...others] = this.#compartments;
    const statement =
      only === undefined || others.length > 0
        ? hint
        : hint.replaceAll("<pools' compartment OCID>", only);
    const more =
      others.length > 0 ? ` The members live in ${this.#compartments.join(" and ")}.` : "";
    const rule = `ALL {resource.type = 'fnfunc', resource.id = '${this.#functionId}'}`;
    const group =
      this.#functionId === undefined ? "" : ` The dynamic group <group> has the rule: ${rule}`;
    return `${statement}.${more}${group}`.replace(/\.\.$/, ".");
  }
}
