import * as v from "valibot";
import { SourceUnavailableError } from "../errors.ts";
import type { Operation } from "./operations.ts";
import type { CallContext, Caller } from "./transport.ts";

/** A list, page after page. */
export type Pages<T> = AsyncIterable<readonly T[]>;

/** More than any tenancy's limits need; a service that never ends its pages must not hang us. */
const maximumPages = 100;

/**
 * The SDK puts values into the query of a URL as they are (oci-common 2.139 to 2.142): a page token with
 * a "+", "&" or "%" would arrive as another, and one with a "|" would not match its signature.
 */
export function inQuery<R extends object>(request: R): R {
  const encode = (value: unknown) =>
    typeof value === "string" ? encodeURIComponent(value) : value;
  return Object.fromEntries(
    Object.entries(request).map(([key, value]) => [key, encode(value)]),
  ) as R;
}

/**
 * The pages of a list, each asked for when the one before was taken.
 * @throws SourceUnavailableError when the list does not end; what a call throws.
 */
export async function* pagesOf<S extends v.GenericSchema, R extends object>(
  call: Caller,
  operation: Operation,
  schema: S,
  request: R,
  ask: (
    request: R & { readonly page?: string },
    context: CallContext,
  ) => Promise<{ readonly items: unknown; readonly opcNextPage: string }>,
): Pages<v.InferOutput<S>> {
  let next = "";
  for (let pages = 0; pages < maximumPages; pages++) {
    const page = inQuery({ ...request, ...(next === "" ? {} : { page: next }) });
    const items = await call(operation, async (context) => {
      const answer = await ask(page, context);
      next = answer.opcNextPage ?? "";
      return v.parse(v.array(schema), answer.items);
    });
    yield items;
    if (next === "") return;
  }
  throw new SourceUnavailableError(`${operation.name} did not end after ${maximumPages} pages.`);
}
