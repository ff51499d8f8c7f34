import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AnswerTooLargeError } from "../../../src/network/network-failure.ts";
import { AnswerReader } from "../../../src/prometheus/answer-reader.ts";

/** Reads text that comes in pieces of so many bytes. */
function read(text: string, size = 65_536) {
  const reader = new AnswerReader();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) reader.push(bytes.subarray(at, at + size));
  return reader.end();
}

const answerOf = (rows: string) => `{"data":{"resultType":"vector","result":[${rows}]}}`;
const rows = (count: number, row: (index: number) => string) =>
  answerOf(Array.from({ length: count }, (_, index) => row(index)).join());

const metricOf = ({ metric }: { readonly metric: unknown }) => metric;

describe("AnswerReader", () => {
  const labels = { name: 'é漢😀 "]},{[" \\', other: "" };
  const body = {
    status: "success",
    warnings: ['"result":[', "[{"],
    data: {
      other: [[1], { result: [5] }],
      result: [
        { metric: labels, value: [1, "2"] },
        { metric: {}, values: [] },
      ],
      more: { a: [1, 2] },
    },
  };
  const envelope = { ...body, data: { ...body.data, result: [] } };
  const series = [
    { labels, times: [1], values: [2] },
    { labels: {}, times: [], values: [] },
  ];

  it.each([1, 2, 3, 7, 64, 65_536])("cuts out the rows, in chunks of %i bytes", (size) => {
    expect(read(JSON.stringify(body), size)).toEqual({ envelope, series });
    expect(read(JSON.stringify(body, null, 2), size)).toEqual({ envelope, series });
    expect(read(answerOf(" "), size).series).toEqual([]);
  });

  it("reads what JSON.parse reads, wherever the chunks end", () => {
    const text = fc.string({ unit: "binary" });
    const labelSets = fc.dictionary(text, text, { noNullPrototype: true });
    const anything = fc.jsonValue({ maxDepth: 3 });
    const answers = fc.tuple(anything, fc.array(labelSets), anything);
    fc.assert(
      fc.property(answers, fc.integer({ min: 1, max: 50 }), ([before, metrics, after], size) => {
        const result = metrics.map((metric) => ({ metric, value: [1, "2"] }));
        const written = JSON.stringify({ before, data: { before, result, after }, after });

        const { envelope, series } = read(written, size);

        const whole = JSON.parse(written);
        expect(envelope).toEqual({ ...whole, data: { ...whole.data, result: [] } });
        expect(series.map((one) => one.labels)).toEqual(whole.data.result.map(metricOf));
      }),
    );
  });

  it.each([
    ["an error", '{"status":"error","error":"x"}'],
    ["a scalar", "5"],
  ])("reads %s, which has no rows", (_, text) => {
    expect(read(text)).toEqual({ envelope: JSON.parse(text), series: [] });
  });

  it.each([
    "",
    "<html>",
    '{"data":{"result":[',
    '{"data":{"result":[]}',
    answerOf('{"metric":{}},'),
    answerOf(",{}"),
    answerOf('{"metric":{}} {}'),
    answerOf("{]"),
    `${answerOf("")}]`,
  ])("refuses %s, which isn't JSON", (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });

  it.each([
    ["a row of 300 KB", answerOf(`{"metric":{"a":"${"x".repeat(300_000)}"}}`)],
    ["a warning of 300 KB", `{"warnings":["${"x".repeat(300_000)}"]}`],
    ["many lists before the rows", `{"data":{${`"a":[],`.repeat(50_000)}"result":[]}}`],
    ["brackets", "[".repeat(400_000)],
    ["brackets for rows", answerOf("[".repeat(400_000))],
    ["rows without end", rows(100_000, () => '{"metric":{}}')],
    ["labels without end", rows(60_000, (index) => `{"metric":{"k${index}":""}}`)],
    [
      "points without end",
      rows(500, () => `{"metric":{},"values":[${'[1,"1"],'.repeat(5_000)}[1,"1"]]}`),
    ],
    ["white space without end", `${answerOf("")}${" ".repeat(17_000_000)}`],
  ])("refuses %s", (_, text) => {
    expect(() => read(text)).toThrow(AnswerTooLargeError);
  });

  it("reads the answer about 2,000 hosts", () => {
    const metric = (index: number) =>
      JSON.stringify({ instance: `inst-${index % 2_000}:9100`, job: "node", mode: `m${index}` });

    const answer = read(rows(20_000, (index) => `{"metric":${metric(index)},"value":[1,"0.5"]}`));

    expect(answer.series).toHaveLength(20_000);
  });
});
