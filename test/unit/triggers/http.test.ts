import { describe, expect, it } from "vitest";
import { InvalidRequestError } from "../../../src/errors.ts";
import { readHttpCall } from "../../../src/triggers/http.ts";
import { poolId } from "../../support/ocids.ts";

const body = { instancePoolId: poolId };

function callWith(headers: Readonly<Record<string, string>>) {
  return { header: (name: string) => new Headers(headers).get(name) ?? undefined };
}

const read = (headers: Readonly<Record<string, string>>) =>
  readHttpCall(() => body, callWith(headers));

/** The request of a GET with this query string, in an absolute URL as Fn sends it. */
function queried(query: string): unknown {
  return read({
    "Fn-Intent": "httprequest",
    "Fn-Http-Method": "GET",
    "Fn-Http-Request-Url": `http://fn.example.com:8080/t/local/utilization${query}`,
  })?.toRequest();
}

/** `__proto__` as a key like any other: a literal would set the prototype. */
const fromJson = (text: string): unknown => JSON.parse(text);

describe("an HTTP call", () => {
  it.each([
    [{ "Fn-Http-Method": "POST" }],
    [{ "Fn-Intent": "httprequest" }],
    [{ "Fn-Intent": "HttpRequest" }],
    [{ "Fn-Intent": "httprequest", "Fn-Http-Method": "post" }],
    [{ "fn-http-method": "POST", "fn-http-request-url": "http://h/p?pool=web" }],
  ])("has its request in the body: %j", (headers) => {
    const trigger = read(headers);

    expect(trigger?.name).toBe("http");
    expect(trigger?.toRequest()).toBe(body);
  });

  it.each(["PUT", "DELETE", "PATCH", "OPTIONS"])("measures nothing by %s", (method) => {
    const trigger = read({ "Fn-Http-Method": method });

    expect(trigger?.http).toMatchObject({ methodAllowed: false });
    expect(() => trigger?.toRequest()).toThrow(`${method} measures nothing.`);
  });

  it.each([
    ["GET", "", "text/plain", "prometheus"],
    ["HEAD", "", "text/plain", "prometheus"],
    ["GET", "?format=openmetrics", "application/json", "openmetrics"],
    ["GET", "?pool=web&format=prometheus", undefined, "prometheus"],
    ["GET", "?pool=web", undefined, "json"],
    ["POST", "?format=prometheus", "text/plain", "json"],
  ])("wants by %s %s and Accept %s: %s", (method, query, accept, format) => {
    const trigger = read({
      "Fn-Http-Method": method,
      "Fn-Http-Request-Url": `/pools${query}`,
      ...(accept === undefined ? {} : { "Fn-Http-H-Accept": accept }),
    });

    expect(trigger?.http).toEqual({ format, methodAllowed: true });
  });

  it("has a format beside its request, and no other than there are", () => {
    expect(queried("?pool=web&format=prometheus")).toEqual({ pool: "web" });
    expect(() => queried("?pool=web&format=xml")).toThrow(
      "format: must be prometheus or openmetrics",
    );
    expect(() => queried("?format=prometheus&format=prometheus")).toThrow(
      "format: is given 2 times",
    );
  });

  it.each([
    [{}],
    [{ "Fn-Intent": "cloudevent" }],
    [{ "Fn-Invoke-Type": "detached", "Content-Type": "application/json" }],
    [{ "Fn-Http-Request-Url": "http://h/p?pool=web" }],
  ])("is not one without Fn's headers: %j", (headers) => {
    expect(read(headers)).toBeUndefined();
  });

  it("throws what is wrong with the body only when the body is wanted", () => {
    const wrong = () => {
      throw new InvalidRequestError("The request is not JSON.");
    };
    const post = readHttpCall(wrong, callWith({ "Fn-Http-Method": "POST" }));
    const get = readHttpCall(wrong, callWith({ "Fn-Http-Method": "GET" }));

    expect(() => post?.toRequest()).toThrow(new InvalidRequestError("The request is not JSON."));
    expect(get?.toRequest()).toEqual({});
  });

  it.each([
    [{ "Fn-Http-H-Opc-Request-Id": "opc", "Fn-Http-H-X-Request-Id": "x" }, "opc"],
    [{ "Fn-Http-H-X-Request-Id": "x" }, "x"],
    [{ "Opc-Request-Id": "of the invocation" }, undefined],
  ])("brings its caller's id: %j", (headers, correlationId) => {
    expect(read({ "Fn-Http-Method": "GET", ...headers })?.correlationId).toBe(correlationId);
  });
});

describe("a query string", () => {
  it.each([
    ["", {}],
    ["?", {}],
    ["?&&", {}],
    ["?pool=web", { pool: "web" }],
    ["?pool=", { pool: "" }],
    ["?pool", { pool: "" }],
    ["?pool=web&pool=db", { pools: ["web", "db"] }],
    ["?pool=web&pool=web", { pools: ["web", "web"] }],
    ["?pool=web&windowMinutes=15", { pool: "web", windowMinutes: 15 }],
    ["?pool=web&pool=db&windowMinutes=15", { pools: ["web", "db"], windowMinutes: 15 }],
    [`?instancePoolId=${poolId}&statistic=p95`, { instancePoolId: poolId, statistic: "p95" }],
    [`?instance_pool_id=${poolId}`, { instance_pool_id: poolId }],
    ["?check=health", { check: "health" }],
    ["?pool=a+b%20c", { pool: "a b c" }],
    ["?pool=w%C3%A9b%F0%9F%98%80", { pool: "wéb😀" }],
    ["?pool=%E6%BC%A2&pool=%26%3D%3F", { pools: ["漢", "&=?"] }],
    ["?pool=%FF", { pool: "\uFFFD" }],
    ["?pool=%ZZ%", { pool: "%ZZ%" }],
    ["?%70ool=web", { pool: "web" }],
    ["?pool=a=b?c", { pool: "a=b?c" }],
    ["?pool=web#?pool=db", { pool: "web" }],
    ["#?pool=db", {}],
  ])("is a request: %s", (query, request) => {
    expect(queried(query)).toEqual(request);
  });

  it.each([
    ["?windowMinutes=15", { windowMinutes: 15 }],
    ["?windowMinutes=1.5", { windowMinutes: 1.5 }],
    ["?windowMinutes=-1", { windowMinutes: -1 }],
    ["?windowMinutes=1e9", { windowMinutes: "1e9" }],
    ["?windowMinutes=five", { windowMinutes: "five" }],
    ["?windowMinutes=", { windowMinutes: "" }],
    ["?windowMinutes=NaN", { windowMinutes: "NaN" }],
    ["?windowMinutes=%20", { windowMinutes: " " }],
    ["?minCoverage=0.8", { minCoverage: 0.8 }],
    ["?warmupMinutes=10", { warmupMinutes: 10 }],
    ["?minCoverage=most", { minCoverage: "most" }],
    ["?includeInstances=true", { includeInstances: true }],
    ["?includeInstances=false", { includeInstances: false }],
    [
      "?select.includeSubcompartments=true&select.displayName=true",
      { select: { includeSubcompartments: true, displayName: "true" } },
    ],
    ["?includeInstances=yes", { includeInstances: "yes" }],
    ["?includeInstances=1", { includeInstances: "1" }],
    ["?name=5", { name: "5" }],
    ["?name=true", { name: "true" }],
    ["?window=5", { window: "5" }],
  ])("has numbers and booleans where a spec has: %s", (query, request) => {
    expect(queried(query)).toEqual(request);
  });

  it.each([
    ["?prometheus.server=eu", { prometheus: { server: "eu" } }],
    [
      "?prometheus.match.label=pool&prometheus.match.by=poolId&prometheus.steal=idle",
      { prometheus: { match: { label: "pool", by: "poolId" }, steal: "idle" } },
    ],
    ["?a.b.c=1", { a: { b: { c: "1" } } }],
    [
      "?select.definedTags.Operations.CostCenter=42",
      { select: { definedTags: { Operations: { CostCenter: "42" } } } },
    ],
    [
      "?prometheus.matchers.host.name=a&prometheus.matchers.cluster=b",
      { prometheus: { matchers: { "host.name": "a", cluster: "b" } } },
    ],
    ["?prometheus.matchers.__proto__=a", fromJson('{"prometheus":{"matchers":{"__proto__":"a"}}}')],
    ["?a..b=1", { a: { "": { b: "1" } } }],
    ["?=1", { "": "1" }],
  ])("has inner keys after a dot: %s", (query, request) => {
    expect(queried(query)).toEqual(request);
  });

  it.each(["a.b.c.d.e", ".".repeat(15_000), `${"a.".repeat(50_000)}b`])(
    "has no keys deeper than a spec has: %#",
    (key) => {
      expect(queried(`?${key}=1`)).toEqual({ [key]: "1" });
    },
  );

  it.each([
    ["?__proto__=x", '{"__proto__":"x"}'],
    ["?__proto__.polluted=x", '{"__proto__":{"polluted":"x"}}'],
    ["?prometheus.__proto__.polluted=x", '{"prometheus":{"__proto__":{"polluted":"x"}}}'],
    ["?constructor.prototype.polluted=x", '{"constructor":{"prototype":{"polluted":"x"}}}'],
    ["?__proto__.pool=a&pool=b&pool=c", '{"__proto__":{"pool":"a"},"pools":["b","c"]}'],
  ])("can't reach a prototype: %s", (query, request) => {
    expect(JSON.stringify(queried(query))).toBe(JSON.stringify(fromJson(request)));
    expect({}).not.toHaveProperty("polluted");
  });

  it.each([
    ["?windowMinutes=5&windowMinutes=6", "windowMinutes: is given 2 times"],
    ["?statistic=max&statistic=max&statistic=min", "statistic: is given 3 times"],
    ["?prometheus.server=a&prometheus.server=b", "prometheus.server: is given 2 times"],
    ["?pool=a&pool=b&__proto__=a&__proto__=b", "__proto__: is given 2 times"],
  ])("is refused when it says a thing twice: %s", (query, message) => {
    expect(() => queried(query)).toThrow(new InvalidRequestError(message));
  });

  it.each([
    ["GET", "/utilization?pool=web", { pool: "web" }],
    ["GET", "?pool=web", { pool: "web" }],
    ["GET", "pool=web", {}],
    ["GET", "", {}],
    ["GET", "not a URL at all ?pool=web", { pool: "web" }],
    ["HEAD", "https://gateway.example.com/u?pool=web", { pool: "web" }],
    ["get", "https://gateway.example.com/u?pool=web", { pool: "web" }],
  ])("is found in whatever %s has for a URL: %j", (method, url, request) => {
    const headers = { "Fn-Http-Method": method, "Fn-Http-Request-Url": url };

    expect(read(headers)?.toRequest()).toEqual(request);
  });

  it("is nothing when Fn sends no URL", () => {
    expect(read({ "Fn-Http-Method": "GET" })?.toRequest()).toEqual({});
  });
});
