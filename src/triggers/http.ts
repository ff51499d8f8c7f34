import { InvalidRequestError } from "../errors.ts";
import type { Call, Trigger } from "./trigger.ts";

const numberKeys: ReadonlySet<string> = new Set(["windowMinutes", "minCoverage"]);

/**
 * A call through an HTTP trigger or API Gateway, which Fn tells from others by its headers. A GET
 * has its request in the query string: `?pool=web&pool=db`, or the keys of a pool spec, those of
 * an inner object after a dot.
 */
export function readHttpCall(body: () => unknown, call: Call): Trigger | undefined {
  const method = call.header("Fn-Http-Method")?.toUpperCase();
  const isHttp = method !== undefined || call.header("Fn-Intent")?.toLowerCase() === "httprequest";
  if (!isHttp) return undefined;
  const url = call.header("Fn-Http-Request-Url") ?? "";
  return {
    name: "http",
    correlationId: call.header("Fn-Http-H-Opc-Request-Id") ?? call.header("Fn-Http-H-X-Request-Id"),
    toRequest: () => (method === "GET" || method === "HEAD" ? fromQuery(url) : body()),
  };
}

function fromQuery(url: string): unknown {
  // The URL is absolute on Fn and may be a path on API Gateway; only its query matters.
  const query = new URLSearchParams(url.replace(/#.*$/s, "").replace(/^[^?]*\??/, ""));
  const pools = query.getAll("pool");
  const request: Record<string, unknown> = {};
  for (const key of new Set(query.keys())) {
    if (key === "pool" && pools.length > 1) continue;
    const values = query.getAll(key);
    if (values.length > 1) throw new InvalidRequestError(`${key}: is given ${values.length} times`);
    set(request, pathOf(key), typed(key, values[0] ?? ""));
  }
  return pools.length > 1 ? { ...request, pools } : request;
}

const deepestKey = 3;

function pathOf(key: string): string[] {
  const path = key.split(".", deepestKey + 1);
  return path.length > deepestKey ? [key] : path;
}

/** Everything in a query string is text; what can't be the right type is left for the check. */
function typed(key: string, text: string): unknown {
  if (numberKeys.has(key) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (key === "includeInstances" && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

/** Sets a key, or one of an inner object; deeper than any key there is, the path stays a name. */
function set(target: Record<string, unknown>, [key = "", ...rest]: string[], value: unknown): void {
  if (rest.length === 0) {
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true });
    return;
  }
  const inner: Record<string, unknown> = {
    ...(Object.hasOwn(target, key) ? Object(target[key]) : {}),
  };
  set(inner, rest, value);
  Object.defineProperty(target, key, { value: inner, enumerable: true, configurable: true });
}
