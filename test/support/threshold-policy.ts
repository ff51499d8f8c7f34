import { readFileSync } from "node:fs";
import { parse } from "@cdktf/hcl2json";

const minuteMs = 60_000;
const stack = new URL("../../deploy/terraform/", import.meta.url);

/** A rule of an autoscaling configuration, as the stack writes it. */
interface Rule {
  readonly change: number;
  /** MQL without its comparison. */
  readonly query: string;
  readonly windowMs: number;
  readonly isBeyond: (value: number) => boolean;
}

/** The mean of a published metric over a window; undefined when there is no point in it. */
export type ReadMean = (
  query: string,
  window: { start: Date; end: Date },
) => Promise<number | undefined>;

/**
 * A threshold policy with custom queries as OCI documents it, with the stack's own queries and
 * defaults: a rule acts when its condition has held for the pending duration, minute by minute, and
 * none does in the cool-down. What OCI does without a metric isn't documented; alarms do not fire
 * then, and these rules are alarms.
 */
export class ThresholdPolicy {
  readonly #rules: readonly Rule[];
  readonly #pendingMinutes: number;
  readonly #coolDownMs: number;
  readonly #heldMinutes = new Map<Rule, number>();
  #actedAt = Number.NEGATIVE_INFINITY;

  private constructor(rules: readonly Rule[], pendingMinutes: number, coolDownMs: number) {
    this.#rules = rules;
    this.#pendingMinutes = pendingMinutes;
    this.#coolDownMs = coolDownMs;
  }

  static async ofStack(poolId: string): Promise<ThresholdPolicy> {
    const [scaling, variables] = await Promise.all(
      ["scaling.tf", "variables.tf"].map((name) =>
        parse(name, readFileSync(new URL(name, stack), "utf8")),
      ),
    );
    const defaultOf = (name: string) =>
      name === "autoscaling_pool_id" ? poolId : variables?.["variable"][name][0].default;
    const filled = (text: string) =>
      text
        .replace(/\$\{var\.(\w+)\}/g, (_, name) => String(defaultOf(name)))
        .replaceAll('\\"', '"');
    const [locals] = scaling?.["locals"] ?? [];
    const average = filled(locals.published_average);
    const rules = Object.values(parsedRules(locals.scaling_rules)).map(({ change, query }) =>
      ruleOf(
        Number(filled(String(change))),
        filled(query.replace(`\${local.published_average}`, average)),
      ),
    );
    const [, pending] = /^PT(\d+)M$/.exec(defaultOf("pending_duration")) ?? [];
    return new ThresholdPolicy(rules, Number(pending), defaultOf("cool_down_in_seconds") * 1_000);
  }

  /** To be called every minute. Resolves to by how much the pool's size is to change now. */
  async decide(now: Date, readMean: ReadMean): Promise<number> {
    for (const rule of this.#rules) {
      const window = { start: new Date(now.getTime() - rule.windowMs), end: now };
      const mean = await readMean(rule.query, window);
      const holds = mean !== undefined && rule.isBeyond(mean);
      this.#heldMinutes.set(rule, holds ? (this.#heldMinutes.get(rule) ?? 0) + 1 : 0);
    }
    if (now.getTime() - this.#actedAt < this.#coolDownMs) return 0;
    const due = this.#rules.find(
      (rule) => (this.#heldMinutes.get(rule) ?? 0) > this.#pendingMinutes,
    );
    if (due === undefined) return 0;
    this.#actedAt = now.getTime();
    this.#heldMinutes.clear();
    return due.change;
  }
}

/** The HCL parser leaves an object expression as text where it holds references. */
function parsedRules(rules: unknown): Readonly<Record<string, { change: unknown; query: string }>> {
  if (typeof rules !== "object" || rules === null) throw new Error(`Not an object: ${rules}`);
  return rules as Readonly<Record<string, { change: unknown; query: string }>>;
}

function ruleOf(change: number, text: string): Rule {
  const [, query = "", window, comparison, threshold] =
    /^(\w+\[(\d+)m\].*\.mean\(\)) ([<>]) ([\d.]+)$/.exec(text) ?? [];
  const limit = Number(threshold);
  if (window === undefined || Number.isNaN(limit)) throw new Error(`No rule: ${text}`);
  return {
    change,
    query,
    windowMs: Number(window) * minuteMs,
    isBeyond: (value) => (comparison === ">" ? value > limit : value < limit),
  };
}
