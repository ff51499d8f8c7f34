import { MqlSyntaxError, Scanner, shorten } from "./mql-scanner.ts";

export interface DimensionFilter {
  readonly dimension: string;
  /** `=~` knows `*` and `|`; it is not a regular expression. */
  readonly operator: "=" | "=~";
  readonly value: string;
}

const plainStatistics = [
  "avg",
  "count",
  "first",
  "increment",
  "last",
  "max",
  "mean",
  "min",
  "rate",
  "sum",
] as const;

export type Statistic =
  | { readonly name: (typeof plainStatistics)[number] }
  | { readonly name: "percentile"; readonly fraction: number }
  | { readonly name: "absent"; readonly detectionMinutes: number };

const comparisons = [">=", "<=", "==", "!=", ">", "<"] as const;

export type Predicate =
  | { readonly operator: (typeof comparisons)[number]; readonly value: number }
  /** Both ends belong to the range. */
  | { readonly operator: "in" | "not in"; readonly low: number; readonly high: number };

export interface MqlQuery {
  readonly metric: string;
  readonly intervalMinutes: number;
  readonly filters: readonly DimensionFilter[];
  /** The dimensions to group by; empty for `grouping()`, which makes one stream of all. */
  readonly groupBy?: readonly string[];
  readonly statistic: Statistic;
  readonly predicate?: Predicate;
}

/**
 * Parses a query as the MQL reference documents it. Joined (`&&`, `||`) and nested queries and
 * arithmetic, which the service also has, are refused here: the function has no use for them.
 * @throws MqlSyntaxError
 */
export function parseMql(text: string): MqlQuery {
  const scanner = new Scanner(text);
  const metric = scanner.take(/[A-Za-z][A-Za-z0-9._$-]*/y, "a metric name");
  scanner.punctuation("[");
  const intervalMinutes = parseInterval(scanner);
  scanner.punctuation("]");
  const filters = scanner.skip("{") ? parseFilters(scanner) : [];
  const groupBy = parseGrouping(scanner);
  const statistic = parseStatistic(scanner);
  const predicate = parsePredicate(scanner);
  scanner.end();
  return {
    metric,
    intervalMinutes,
    filters,
    ...(groupBy && { groupBy }),
    statistic,
    ...(predicate && { predicate }),
  };
}

/** The minutes of an interval or resolution (1m–60m, 1h–24h, 1d); undefined for anything else. */
export function durationMinutes(text: string): number | undefined {
  const [, digits, unit] = /^([1-9]\d?)([mhd])$/.exec(text) ?? [];
  const count = Number(digits);
  if (unit === "m" && count <= 60) return count;
  if (unit === "h" && count <= 24) return count * 60;
  if (unit === "d" && count === 1) return 24 * 60;
  return undefined;
}

function parseInterval(scanner: Scanner): number {
  const position = scanner.position;
  const interval = scanner.take(/[^\]\s]+/y, "an interval");
  const minutes = durationMinutes(interval);
  if (minutes !== undefined) return minutes;
  throw new MqlSyntaxError(`"${shorten(interval)}" is not 1m–60m, 1h–24h or 1d`, position);
}

function parseFilters(scanner: Scanner): readonly DimensionFilter[] {
  const filters: DimensionFilter[] = [];
  do {
    const dimension = scanner.take(dimensionName, "a dimension name");
    const operator = scanner.skip("=~") ? "=~" : scanner.punctuation("=");
    filters.push({ dimension, operator, value: parseQuoted(scanner) });
  } while (scanner.skip(","));
  scanner.punctuation("}");
  return filters;
}

const dimensionName = /[A-Za-z_][A-Za-z0-9_.$-]*/y;

/** How a quote inside a value could be escaped is not documented, so a backslash is refused. */
function parseQuoted(scanner: Scanner): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses.
  return scanner.take(/"[^"\\\u0000-\u001f\u007f]*"/y, "a value in double quotes").slice(1, -1);
}

function parseGrouping(scanner: Scanner): readonly string[] | undefined {
  if (scanner.skipWord(".", "grouping")) {
    scanner.punctuation("(");
    scanner.punctuation(")");
    return [];
  }
  if (!scanner.skipWord(".", "groupBy")) return undefined;
  scanner.punctuation("(");
  const dimensions: string[] = [];
  do dimensions.push(scanner.take(dimensionName, "a dimension name"));
  while (scanner.skip(","));
  scanner.punctuation(")");
  return dimensions;
}

function parseStatistic(scanner: Scanner): Statistic {
  scanner.punctuation(".");
  const position = scanner.position;
  const name = scanner.take(/[A-Za-z]+/y, "a statistic");
  scanner.punctuation("(");
  const statistic = statisticOf(name, scanner, position);
  scanner.punctuation(")");
  return statistic;
}

function statisticOf(name: string, scanner: Scanner, position: number): Statistic {
  if (name === "percentile") return { name, fraction: parseFraction(scanner) };
  if (name === "absent") return { name, detectionMinutes: parseDetectionPeriod(scanner) };
  const plain = plainStatistics.find((known) => known === name);
  if (plain !== undefined) return { name: plain };
  throw new MqlSyntaxError(`"${shorten(name)}" is not a statistic`, position);
}

function parseFraction(scanner: Scanner): number {
  const position = scanner.position;
  const fraction = scanner.number();
  if (fraction > 0 && fraction < 1) return fraction;
  throw new MqlSyntaxError("percentile() needs a number between 0 and 1", position);
}

/** absent() stops answering 2 hours after the last data, absent(20) after 20 hours. */
function parseDetectionPeriod(scanner: Scanner): number {
  const [, digits, unit] = /^(\d{1,4})([mhd]?)$/.exec(scanner.optional(/\d+[mhd]?/y) ?? "2") ?? [];
  if (digits === undefined) throw scanner.expected("a shorter absence detection period");
  const minutesOf = new Map([
    ["m", 1],
    ["d", 24 * 60],
  ]);
  return Number(digits) * (minutesOf.get(unit ?? "") ?? 60);
}

function parsePredicate(scanner: Scanner): Predicate | undefined {
  const comparison = comparisons.find((operator) => scanner.skip(operator));
  if (comparison !== undefined) return { operator: comparison, value: scanner.number() };
  const operator = scanner.optional(/not\s+in\b|in\b/y);
  if (operator === undefined) return undefined;
  scanner.punctuation("(");
  const low = scanner.number();
  scanner.punctuation(",");
  const high = scanner.number();
  scanner.punctuation(")");
  return { operator: operator === "in" ? "in" : "not in", low, high };
}
