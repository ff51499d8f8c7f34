import {
  echo,
  enormousJson,
  gzipBomb,
  htmlPage,
  jsonCalledHtml,
  notJson,
  redirect,
  switchingProtocols,
  truncatedJson,
} from "../support/faults.ts";
import type { Cell, Outcome } from "./cell.ts";
import { faultCell, type Target } from "./target.ts";

const unavailable: readonly Outcome[] = ["SOURCE_UNAVAILABLE"];

/** Whole answers that are not what was asked for. */
export function responseCells(target: Target): readonly Cell[] {
  const { dialect } = target;
  const elsewhere = "/api/v1/query";
  return [
    faultCell(target, "101 Switching Protocols", switchingProtocols, unavailable, "once"),
    faultCell(target, "200 with an HTML page", htmlPage, unavailable),
    faultCell(target, "200 with another content type", notJson, unavailable),
    // What it is counts, not what it is called.
    faultCell(target, "200 with the right JSON, called HTML", jsonCalledHtml, ["ok"], "once"),
    faultCell(target, "200 with truncated JSON", truncatedJson, unavailable),
    faultCell(target, "200 with half a gigabyte of JSON", enormousJson(dialect), unavailable),
    faultCell(target, "200 with a gzip bomb", gzipBomb(dialect), unavailable),
    ...([302, 307] as const).map((status) =>
      faultCell(
        target,
        `${status} to another origin`,
        (world) => redirect(status, `${world.elsewhere.url}${elsewhere}`),
        unavailable,
      ),
    ),
    faultCell(target, "500 that repeats the request's headers", echo(dialect, 500), unavailable),
    faultCell(target, "401 that repeats the request's headers", echo(dialect, 401), [
      "NOT_AUTHENTICATED",
    ]),
  ];
}
