import { gatewayError, refusal } from "../support/faults.ts";
import type { Asked, Cell, Outcome } from "./cell.ts";
import { faultCell, type Target } from "./target.ts";

/** What a status means; services mean different things by some. */
const statuses: readonly {
  readonly status: number;
  readonly oci: Outcome;
  readonly vault: Outcome;
  readonly prometheus: Outcome;
  readonly asked: Asked;
}[] = [
  {
    status: 400,
    oci: "INVALID_REQUEST",
    vault: "NOT_AUTHENTICATED",
    prometheus: "INTERNAL",
    asked: "once",
  },
  {
    status: 401,
    oci: "NOT_AUTHENTICATED",
    vault: "NOT_AUTHENTICATED",
    prometheus: "NOT_AUTHENTICATED",
    asked: "once",
  },
  {
    status: 403,
    oci: "POOL_NOT_FOUND",
    vault: "NOT_AUTHENTICATED",
    prometheus: "NOT_AUTHENTICATED",
    asked: "once",
  },
  {
    status: 404,
    oci: "POOL_NOT_FOUND",
    vault: "NOT_AUTHENTICATED",
    prometheus: "SOURCE_UNAVAILABLE",
    asked: "once",
  },
  {
    status: 409,
    oci: "SOURCE_UNAVAILABLE",
    vault: "SOURCE_UNAVAILABLE",
    prometheus: "SOURCE_UNAVAILABLE",
    asked: "any",
  },
  {
    status: 422,
    oci: "SOURCE_UNAVAILABLE",
    vault: "SOURCE_UNAVAILABLE",
    prometheus: "SOURCE_UNAVAILABLE",
    asked: "once",
  },
  { status: 429, oci: "THROTTLED", vault: "THROTTLED", prometheus: "THROTTLED", asked: "again" },
  {
    status: 500,
    oci: "SOURCE_UNAVAILABLE",
    vault: "SOURCE_UNAVAILABLE",
    prometheus: "SOURCE_UNAVAILABLE",
    asked: "again",
  },
  {
    status: 503,
    oci: "SOURCE_UNAVAILABLE",
    vault: "SOURCE_UNAVAILABLE",
    prometheus: "SOURCE_UNAVAILABLE",
    asked: "again",
  },
];

const hourMs = 60 * 60_000;

/** Statuses with an error in the source's own words, or in a gateway's. */
export function statusCells(target: Target): readonly Cell[] {
  const { dialect, meaning } = target;
  const throttled = (fault: string, retryAfter: string, asked: Asked) =>
    faultCell(
      target,
      `429, Retry-After: ${fault}`,
      refusal(dialect, 429, { "retry-after": retryAfter }),
      ["THROTTLED"],
      asked,
    );
  return [
    ...statuses.map(({ status, asked, [meaning]: outcome }) => {
      // It may be the method that is refused: Prometheus is asked once more, by GET.
      const times = meaning === "prometheus" && status === 403 ? "again" : asked;
      return faultCell(target, String(status), refusal(dialect, status), [outcome], times);
    }),
    ...(meaning === "prometheus" ? [tooHeavy(target)] : []),
    throttled("1 second", "1", "again"),
    // Later than the deadline: it would be no use to wait.
    throttled("1 hour", "3600", "once"),
    throttled("a date in an hour", new Date(Date.now() + hourMs).toUTCString(), "once"),
    ...[502, 503, 504].map((status) =>
      faultCell(
        target,
        `${status} with a gateway's HTML`,
        gatewayError(status),
        ["SOURCE_UNAVAILABLE"],
        "again",
      ),
    ),
  ];
}

/** How Prometheus ends a query by its own limit: asked again, it would be at it for as long. */
function tooHeavy(target: Target): Cell {
  const error = "query timed out in expression evaluation";
  const body = JSON.stringify({ status: "error", errorType: "timeout", error });
  const refuse = refusal({ ...target.dialect, errorBody: () => body }, 503);
  return faultCell(target, "503: a query too heavy", refuse, ["SOURCE_UNAVAILABLE"], "once");
}
