import { describe, expect, it } from "vitest";
import { readTraceContext } from "../../../src/triggers/trace-context.ts";

const tracing = {
  isEnabled: true,
  traceCollectorUrl: "https://apm.example.com/spans",
  traceId: "463AC35C9F6413AD",
  spanId: "a2fb4a1d1a96d312",
  sampled: true,
  flags: null,
};

describe("readTraceContext", () => {
  it("is the caller's trace, in lower case", () => {
    expect(readTraceContext(tracing, "app::fn")).toEqual({
      collectorUrl: "https://apm.example.com/spans",
      traceId: "463ac35c9f6413ad",
      parentId: "a2fb4a1d1a96d312",
      serviceName: "app::fn",
    });
  });

  it("goes on with a trace that is wanted whole, whatever was sampled", () => {
    expect(readTraceContext({ ...tracing, sampled: false, flags: "1" }, "fn")).toBeDefined();
  });

  it.each([
    { isEnabled: false },
    { sampled: false },
    { traceCollectorUrl: undefined },
    { traceCollectorUrl: "" },
    { traceId: null },
    { traceId: "463ac35c9f6413ad4" },
    { spanId: null },
    { spanId: '"}],[{"' },
  ])("is none with %j", (change) => {
    expect(readTraceContext({ ...tracing, ...change }, "fn")).toBeUndefined();
  });
});
