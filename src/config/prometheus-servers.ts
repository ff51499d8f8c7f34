import * as v from "valibot";
import { type Checked, check, joinPath, type Problem, strictObject } from "./problems.ts";

/** A Prometheus server that the operator configured; only these are ever asked. */
export interface PrometheusServerConfig {
  readonly name: string;
  /** Base URL without a trailing slash; the API lives at `<url>/api/v1`. */
  readonly url: string;
  /** Sent with every query: authorization and tenant headers. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM certificates that are trusted besides the built-in ones. */
  readonly ca: string | undefined;
}

const prometheusUrl = v.pipe(
  v.string(),
  v.check((text) => {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    return (
      url !== undefined && /^https?:$/.test(url.protocol) && url.username + url.password === ""
    );
  }, "not an http(s) URL without credentials in it"),
  v.check((text) => !/[?#]/.test(text), "must be a base URL, without a query"),
  v.transform((text) => text.replace(/\/+$/, "")),
);

const headerValue = v.pipe(
  v.string(),
  v.regex(/^[\t\x20-\x7e]*$/, "must be printable ASCII on one line"),
);

/** One server of `prometheus.servers`. */
export const prometheusServer = strictObject({
  url: prometheusUrl,
  auth: v.optional(
    strictObject({
      bearerToken: v.optional(v.pipe(headerValue, v.nonEmpty("must not be empty"))),
      username: v.optional(v.string()),
      password: v.optional(v.string()),
    }),
  ),
  headers: v.optional(
    v.record(
      v.pipe(v.string(), v.regex(/^[!#$%&'*+.^_`|~\w-]+$/, "not a header name")),
      headerValue,
    ),
  ),
  ca: v.optional(
    v.pipe(v.string(), v.includes("-----BEGIN CERTIFICATE-----", "not a PEM certificate")),
  ),
});

/** Reads one server of the configuration; a problem never repeats what may be a secret. */
export function readPrometheusServer(
  name: string,
  value: unknown,
  path: string,
): Checked<PrometheusServerConfig> {
  const checked = check(prometheusServer, value, path, { secret: true });
  if (!checked.ok) return checked;
  const { url, auth = {}, headers = {}, ca } = checked.value;
  const authorization = authorizationHeader(auth);
  if (authorization === "ambiguous") {
    const message = "give either bearerToken or username and password";
    return { ok: false, problems: [{ path: joinPath(path, "auth"), message }] };
  }
  return { ok: true, value: { name, url, headers: { ...headers, ...authorization }, ca } };
}

/** Reads `prometheus.servers`: as many servers as are right, and every problem of the others. */
export function readPrometheusServers(value: unknown, path: string) {
  const servers: PrometheusServerConfig[] = [];
  const problems: Problem[] = [];
  const checked = v.safeParse(v.record(v.string(), v.unknown()), value);
  if (!checked.success) problems.push({ path, message: "expected an object of servers by name" });
  for (const [name, server] of Object.entries(checked.success ? checked.output : {})) {
    const read = readPrometheusServer(name, server, joinPath(path, name));
    if (read.ok) servers.push(read.value);
    else problems.push(...read.problems);
  }
  return { servers, problems };
}

function authorizationHeader(auth: {
  readonly bearerToken?: string | undefined;
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}): Readonly<Record<string, string>> | "ambiguous" {
  const { bearerToken, username, password } = auth;
  const basic = username !== undefined || password !== undefined;
  if (bearerToken !== undefined && basic) return "ambiguous";
  if (bearerToken !== undefined) return { Authorization: `Bearer ${bearerToken}` };
  if (!basic) return {};
  const credentials = Buffer.from(`${username ?? ""}:${password ?? ""}`).toString("base64");
  return { Authorization: `Basic ${credentials}` };
}
