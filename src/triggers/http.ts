import { InvalidRequestError } from "../errors.ts";
import { expositionFormats } from "../result/exposition.ts";
import { allowedMethods, type Call, type HttpTerms, type Trigger } from "./trigger.ts";

/** The key of a query string that asks for a format; no key of a spec is called so. */
const formatKey = "format";

const numberKeys: ReadonlySet<string> = new Set(["windowMinutes", "minCoverage", "warmupMinutes"]);
const flagKeys: ReadonlySet<string> = new Set([
  "includeInstances",
  "select.includeSubcompartments",
]);

/**
 * A call through an HTTP trigger or API Gateway, which Fn tells from others by its headers. A GET
 * has its request in the query string: `?pool=web&pool=db`, or the keys of a pool spec, those of
 * an inner object after a dot; and `format`, which goes before what it accepts.
 */
export function readHttpCall(body: () => unknown, call: Call): Trigger | undefined {
  const method = call.header("Fn-Http-Method")?.toUpperCase();
  const isHttp = method !== undefined || call.header("Fn-Intent")?.toLowerCase() === "httprequest";
  if (!isHttp) return undefined;
  const query = queryOf(call.header("Fn-Http-Request-Url") ?? "");
  const reads = method === "GET" || method === "HEAD";
  const methodAllowed = method === undefined || allowedMethods.some((known) => known === method);
  const accepted = preferredFormat(call.header("Fn-Http-H-Accept"));
  const wanted = expositionFormats.find((format) => format === query.get(formatKey));
  return {
    name: "http",
    correlationId: call.header("Fn-Http-H-Opc-Request-Id") ?? call.header("Fn-Http-H-X-Request-Id"),
    http: { format: reads ? (wanted ?? accepted) : "json", methodAllowed },
    toRequest: () => {
      if (methodAllowed) return reads ? fromQuery(query) : body();
      throw new InvalidRequestError(`${method.slice(0, 20)} measures nothing.`, {
        hint: `Send ${allowedMethods.join(", ")}.`,
      });
    },
  };
}

/** The URL is absolute on Fn and may be a path on API Gateway; only its query matters. */
function queryOf(url: string): URLSearchParams {
  return new URLSearchParams(url.replace(/#.*$/s, "").replace(/^[^?]*\??/, ""));
}

function fromQuery(query: URLSearchParams): unknown {
  const pools = query.getAll("pool");
  const request: Record<string, unknown> = {};
  for (const key of new Set(query.keys())) {
    if (key === "pool" && pools.length > 1) continue;
    const [value = "", ...others] = query.getAll(key);
    if (others.length > 0)
      throw new InvalidRequestError(`${key}: is given ${others.length + 1} times`);
    if (key === formatKey) checkFormat(value);
    else set(request, pathOf(key), typed(key, value));
  }
  return pools.length > 1 ? { ...request, pools } : request;
}

function checkFormat(value: string): void {
  if (expositionFormats.some((format) => format === value)) return;
  throw new InvalidRequestError(`${formatKey}: must be ${expositionFormats.join(" or ")}`, {
    hint: "JSON is what is answered without it.",
  });
}

/** Deeper than any key there is, the path stays a name; a label's name, as of Prometheus, may have dots itself. */
const deepestKey = 4;
const labelKeys = "prometheus.matchers.";

function pathOf(key: string): string[] {
  if (key.startsWith(labelKeys)) return ["prometheus", "matchers", key.slice(labelKeys.length)];
  const path = key.split(".", deepestKey + 1);
  return path.length > deepestKey ? [key] : path;
}

/** Everything in a query string is text; what can't be the right type is left for the check. */
function typed(key: string, text: string): unknown {
  if (numberKeys.has(key) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (flagKeys.has(key) && /^(true|false)$/.test(text)) return text === "true";
  return text;
}

/** Sets a key, or one of an inner object. */
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

type Format = HttpTerms["format"];

const formatOfType: Readonly<Record<string, Format>> = {
  "application/openmetrics-text": "openmetrics",
  "text/plain": "prometheus",
  "text/*": "prometheus",
  "application/json": "json",
  "application/*": "json",
  "*/*": "json",
};

/** What an Accept header prefers, by q-value and then order (RFC 9110, 12.5.1); JSON if it says nothing. */
export function preferredFormat(accept: string | undefined): Format {
  const wanted = (accept ?? "").split(",").flatMap((range) => {
    const [type = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const format = Object.hasOwn(formatOfType, type) ? formatOfType[type] : undefined;
    const quality = qualityOf(parameters);
    return format === undefined || quality === 0 ? [] : [{ format, quality }];
  });
  const [first] = wanted.sort((a, b) => b.quality - a.quality);
  return first?.format ?? "json";
}

function qualityOf(parameters: readonly string[]): number {
  const text = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
  if (text === undefined) return 1;
  return /^(0(\.\d*)?|1(\.0*)?)$/.test(text) ? Number(text) : 0;
}
