import { describe, expect, it } from "vitest";
import { preferredFormat } from "../../../src/triggers/http.ts";

/** As Prometheus 2.42 and 3.5 send it. */
const prometheus2 =
  "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";
const prometheus3 =
  "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1";
const victoriaMetrics = "text/plain;version=0.0.4;q=1,*/*;q=0.1";
const browser = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

describe("preferredFormat", () => {
  it.each([
    [undefined, "json"],
    ["", "json"],
    ["*/*", "json"],
    ["application/json", "json"],
    ["application/json, text/plain, */*", "json"],
    ["text/plain, application/json", "prometheus"],
    ["text/plain;q=0.5, application/json", "json"],
    ["application/json;q=0.5, text/plain;q=0.9", "prometheus"],
    ["text/plain;q=0, */*;q=0.1", "json"],
    ["TEXT/PLAIN ; Q=0.9 , application/json;q=0.8", "prometheus"],
    ["text/*", "prometheus"],
    ["text/plain;q=much", "json"],
    ["application/openmetrics-text;q=0.5,text/plain;q=0.5", "openmetrics"],
    ["text/plain;q=0.5,application/openmetrics-text;q=0.5", "prometheus"],
    [
      "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;q=1,text/plain;q=0.3",
      "prometheus",
    ],
    ["constructor, __proto__;q=1, text/plain;q=0.1", "prometheus"],
    [prometheus2, "openmetrics"],
    [prometheus3, "openmetrics"],
    [victoriaMetrics, "prometheus"],
    [browser, "json"],
  ])("of %j is %s", (accept, format) => {
    expect(preferredFormat(accept)).toBe(format);
  });
});
