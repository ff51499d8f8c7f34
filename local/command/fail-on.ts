import type { PoolResult } from "../../src/result/result-document.ts";
import type { AnyDocument } from "./render/document.ts";
import { UsageError } from "./usage-error.ts";

/** What makes the command fail although pools were measured. */
export type Condition =
  | { readonly kind: "partial" }
  | { readonly kind: Measured; readonly operator: Operator; readonly limit: number };

type Measured = "cpu" | "memory" | "coverage";
type Operator = ">" | ">=" | "<" | "<=";

const names: Readonly<Record<Measured, string>> = {
  cpu: "CPU",
  memory: "memory",
  coverage: "coverage",
};

const compare: Readonly<Record<Operator, (value: number, limit: number) => boolean>> = {
  ">": (value, limit) => value > limit,
  ">=": (value, limit) => value >= limit,
  "<": (value, limit) => value < limit,
  "<=": (value, limit) => value <= limit,
};

/**
 * Reads `partial|cpu>80|memory>90|coverage<0.8`.
 * @throws UsageError
 */
export function readConditions(texts: readonly string[]): readonly Condition[] {
  return texts.flatMap((text) => text.split(/[|,]/)).map((text) => readCondition(text.trim()));
}

function readCondition(text: string): Condition {
  if (text === "partial") return { kind: "partial" };
  const [, kind, operator, limit] =
    /^(cpu|memory|coverage)\s*([<>]=?)\s*(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const value = Number(limit);
  if (kind === undefined) {
    throw new UsageError(
      `--fail-on takes partial, cpu>80, memory>90, coverage<0.8, with | between them, not "${text}".`,
    );
  }
  const most = kind === "coverage" ? 1 : 100;
  if (value > most) throw new UsageError(`--fail-on: ${kind} goes from 0 to ${most}.`);
  return { kind: kind as Measured, operator: operator as Operator, limit: value };
}

/**
 * The conditions that hold, in words. What was not measured may be anything, so every condition on
 * it holds.
 */
export function conditionsMet(
  document: AnyDocument,
  conditions: readonly Condition[],
): readonly string[] {
  if (!("pools" in document)) return [];
  return document.pools.flatMap((pool) =>
    conditions.flatMap((condition) => {
      const why = holds(pool, condition);
      return why === undefined ? [] : [`${pool.name}: ${why}`];
    }),
  );
}

function holds(pool: PoolResult, condition: Condition): string | undefined {
  if (condition.kind === "partial") return pool.status === "ok" ? undefined : pool.status;
  const { kind, operator, limit } = condition;
  const value = measuredValue(pool, kind);
  if (value === null) return `${names[kind]} is not known`;
  const text = `${names[kind]} ${Math.round(value * 100) / 100} ${operator} ${limit}`;
  return compare[operator](value, limit) ? text : undefined;
}

function measuredValue({ cpu, memory, instances }: PoolResult, kind: Measured): number | null {
  if (kind !== "coverage") return (kind === "cpu" ? cpu : memory).average;
  return instances === null || instances.counted === 0
    ? null
    : instances.reporting / instances.counted;
}
