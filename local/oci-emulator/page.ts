import * as v from "valibot";
import { invalidParameter } from "./service-error.ts";

const defaultPageSize = 100;
const maximumPageSize = 1_000;

/** A page of a list; `nextPage` is what the service puts into the opc-next-page header. */
export interface Page {
  readonly items: readonly object[];
  readonly nextPage?: string;
}

/**
 * The page of `all` that the parameters limit and page ask for, of `mostItems` at most. `list`
 * names what is listed: a token that another list gave out is refused.
 * @throws ServiceError 400
 */
export function pageOf(
  all: readonly object[],
  list: string,
  parameters: URLSearchParams,
  mostItems = maximumPageSize,
): Page {
  const limit = Math.min(parseLimit(parameters.get("limit")), mostItems);
  const offset = parsePageToken(parameters.get("page"), list);
  const end = offset + limit;
  return {
    items: all.slice(offset, end),
    ...(end < all.length && { nextPage: pageToken(list, end) }),
  };
}

function parseLimit(text: string | null): number {
  if (text === null) return defaultPageSize;
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (limit >= 1 && limit <= maximumPageSize) return limit;
  throw invalidParameter(`limit: must be a whole number from 1 to ${maximumPageSize}`);
}

/** A token is opaque, and may hold whatever a header can: these would not survive unencoded in a URL. */
const [beforeToken, afterToken] = ["|", "+%2B&limit=1"] as const;

const pageTokenSchema = v.pipe(
  v.string(),
  v.startsWith(beforeToken),
  v.endsWith(afterToken),
  v.transform((token) => token.slice(beforeToken.length, -afterToken.length)),
  v.transform((token) => Buffer.from(token, "base64").toString()),
  v.parseJson(),
  v.strictTuple([v.string(), v.pipe(v.number(), v.safeInteger(), v.minValue(1))]),
);

function pageToken(list: string, offset: number): string {
  const token = Buffer.from(JSON.stringify([list, offset])).toString("base64");
  return `${beforeToken}${token}${afterToken}`;
}

function parsePageToken(token: string | null, list: string): number {
  if (token === null) return 0;
  const parsed = v.safeParse(pageTokenSchema, token);
  if (parsed.success && parsed.output[0] === list) return parsed.output[1];
  throw invalidParameter("page: not a token of this list");
}
