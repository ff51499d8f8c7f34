import { describe, expect, it } from "vitest";
import { AnswerReader } from "../../../src/prometheus/answer-reader.ts";
import {
  readQueryAnswer as readFrame,
  readQueryFailure,
} from "../../../src/prometheus/response.ts";

const success = (resultType: string, result: unknown, more: object = {}) => ({
  status: "success",
  data: { resultType, result },
  ...more,
});

/** Reads it as the client does. */
function readQueryAnswer(body: unknown, redact?: (text: string) => string) {
  const reader = new AnswerReader();
  reader.push(Buffer.from(JSON.stringify(body)));
  const { envelope, series } = reader.end();
  return readFrame(envelope, series, redact);
}

describe("readQueryAnswer", () => {
  it("takes a credential out of a warning before it cuts it in two", () => {
    const warnings = [`${"x".repeat(290)}s3cret-token-of-thirty-letters`];
    const redact = (text: string) => text.replaceAll("s3cret-token-of-thirty-letters", "[secret]");

    const { warnings: shown } = readQueryAnswer(
      { status: "success", data: { resultType: "vector", result: [] }, warnings },
      redact,
    );

    expect(shown.join("")).not.toContain("s3cret");
  });

  it("reads a vector and a matrix alike", () => {
    const metric = { instance: "a" };

    expect(readQueryAnswer(success("vector", [{ metric, value: [1.5, "2"] }])).series).toEqual([
      { labels: metric, times: [1.5], values: [2] },
    ]);
    const values = [
      [1, "2"],
      [2, "3"],
    ];
    expect(readQueryAnswer(success("matrix", [{ metric, values }])).series).toEqual([
      {
        labels: metric,
        times: [1, 2],
        values: [2, 3],
      },
    ]);
  });

  it.each(["NaN", "", "text"])("takes the value %j for no number", (text) => {
    const { series } = readQueryAnswer(success("vector", [{ metric: {}, value: [1, text] }]));

    expect(series).toEqual([{ labels: {}, times: [1], values: [Number.NaN] }]);
  });

  it("knows infinity by the name that Prometheus gives it", () => {
    const { series } = readQueryAnswer(
      success("matrix", [
        {
          metric: {},
          values: [
            [1, "+Inf"],
            [2, "-Inf"],
          ],
        },
      ]),
    );

    expect(series[0]?.values).toEqual([Infinity, -Infinity]);
  });

  it("takes a native histogram for a series without a point", () => {
    const { series } = readQueryAnswer(success("vector", [{ metric: {}, histogram: [1, {}] }]));

    expect(series).toEqual([{ labels: {}, times: [], values: [] }]);
  });

  it("passes on what the server says about its answer, but not at any length", () => {
    const more = { warnings: ["w".repeat(1000)], infos: ["i"], isPartial: true };
    const { warnings, partial } = readQueryAnswer(success("vector", [], more));

    expect(partial).toBe(true);
    expect(warnings).toEqual([
      `${"w".repeat(300)}…`,
      "i",
      "the server says that its answer is partial",
    ]);
  });

  it.each([
    [{ infos: ["metric might not be a counter"] }, false],
    [{ warnings: ["a store did not answer"] }, true],
    [{ isPartial: true }, true],
  ])("calls an answer with %j partial: %s", (more, expected) => {
    const { warnings, partial } = readQueryAnswer(success("vector", [], more));

    expect(partial).toBe(expected);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    null,
    5,
    {},
    success("scalar", [1, "2"]),
    success("string", [1, "x"]),
    success("vector", [{ metric: {}, value: [1e18, "1"] }]),
    success("vector", [{ metric: {}, value: [-1, "1"] }]),
    success("vector", [{ metric: {}, value: [1, 1] }]),
    success("vector", [{ metric: {}, value: ["1", "1"] }]),
    success("vector", [{ metric: {}, value: [1] }]),
    success("vector", [{ metric: {}, value: null }]),
    success("vector", [{ metric: { a: 5 }, value: [1, "1"] }]),
    success("vector", [{ metric: [], value: [1, "1"] }]),
    success("vector", [{ value: [1, "1"] }]),
    success("vector", [null]),
    success("vector", {}),
    success("matrix", [{ metric: {}, values: [[1, "1"], [2]] }]),
    success("matrix", [{ metric: {}, values: { 0: [1, "1"] } }]),
    success("matrix", [{ metric: {}, values: null }]),
    success("matrix", [5]),
    success("vector", [], { warnings: "w" }),
    { status: "error", errorType: "execution", error: "x" },
  ])("refuses %j", (body) => {
    expect(() => readQueryAnswer(body)).toThrow("something that is not a query result");
  });
});

describe("readQueryFailure", () => {
  it("finds the server's own words, if these are any", () => {
    const body = { status: "error", errorType: "bad_data", error: "parse error" };

    expect(readQueryFailure(body)).toEqual(body);
    expect(readQueryFailure({ message: "not found" })).toBeUndefined();
  });
});
