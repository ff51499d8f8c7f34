import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { durationMinutes, parseMql } from "../../../local/oci-emulator/mql.ts";
import { MqlSyntaxError } from "../../../local/oci-emulator/mql-scanner.ts";

describe("parseMql", () => {
  it("reads the query of one pool", () => {
    const query = parseMql('CpuUtilization[1m]{instancePoolId = "p"}.groupBy(resourceId).mean()');

    expect(query).toEqual({
      metric: "CpuUtilization",
      intervalMinutes: 1,
      filters: [{ dimension: "instancePoolId", operator: "=", value: "p" }],
      groupBy: ["resourceId"],
      statistic: { name: "mean" },
    });
  });

  it("reads several filters and several dimensions to group by", () => {
    const query = parseMql('M[5m]{a = "1", b =~ "x*|y"}.groupBy(a, b).percentile(0.95)');

    expect(query.filters).toEqual([
      { dimension: "a", operator: "=", value: "1" },
      { dimension: "b", operator: "=~", value: "x*|y" },
    ]);
    expect(query.groupBy).toEqual(["a", "b"]);
    expect(query.statistic).toEqual({ name: "percentile", fraction: 0.95 });
  });

  it("takes grouping() for a group without dimensions", () => {
    expect(parseMql("M[1h].grouping().sum()")).toMatchObject({ groupBy: [], filters: [] });
  });

  it.each([
    ["> 80", { operator: ">", value: 80 }],
    [">= -1.5", { operator: ">=", value: -1.5 }],
    ["<.5", { operator: "<", value: 0.5 }],
    ["<= 1", { operator: "<=", value: 1 }],
    ["== 0", { operator: "==", value: 0 }],
    ["!= 0", { operator: "!=", value: 0 }],
    ["in (60, 80)", { operator: "in", low: 60, high: 80 }],
    ["not in (60,80)", { operator: "not in", low: 60, high: 80 }],
  ])("reads the predicate %s", (text, predicate) => {
    expect(parseMql(`M[1m].max() ${text}`).predicate).toEqual(predicate);
  });

  it.each([
    ["absent()", 120],
    ["absent(20)", 1200],
    ["absent(20m)", 20],
    ["absent(1d)", 1440],
  ])("reads the detection period of %s", (text, detectionMinutes) => {
    expect(parseMql(`M[1m].${text}`).statistic).toEqual({ name: "absent", detectionMinutes });
  });

  it("does not mind blanks between the parts", () => {
    const spread = ' M [ 1m ] { a="b" } . groupBy ( a ) . mean ( ) > 1 ';
    expect(parseMql(spread)).toEqual(parseMql('M[1m]{a="b"}.groupBy(a).mean()>1'));
  });

  it.each([
    ["", 0],
    ["M.mean()", 6],
    ["M[].mean()", 2],
    ["M[0m].mean()", 2],
    ["M[61m].mean()", 2],
    ["M[25h].mean()", 2],
    ["M[2d].mean()", 2],
    ["M[1m]", 5],
    ["M[1m].median()", 6],
    ["M[1m].Mean()", 6],
    ["M[1m].mean", 10],
    ["M[1m].percentile(95)", 17],
    ["M[1m].percentile()", 17],
    ["M[1m]{}.mean()", 6],
    ["M[1m]{a = b}.mean()", 10],
    ["M[1m]{a = 'b'}.mean()", 10],
    ['M[1m]{a = "b}.mean()', 10],
    ['M[1m]{a == "b"}.mean()', 9],
    ['M[1m]{a in ("b")}.mean()', 8],
    ['M[1m]{a = "b",}.mean()', 14],
    ["M[1m].groupBy().mean()", 14],
    ["M[1m].groupBy(a).groupBy(b).mean()", 17],
    ["M[1m].mean().groupBy(a)", 12],
    ["M[1m].mean() > ", 15],
    ["M[1m].mean() in (1)", 18],
    ["M[1m].mean() && N[1m].mean()", 13],
    ["M[1m].mean();", 12],
  ])("refuses %s and says where", (text, position) => {
    expect(() => parseMql(text)).toThrow(expect.objectContaining({ position }));
  });

  it("gives no way out of a quoted value", () => {
    const query = (value: string) => `M[1m]{a = "${value}"}.mean()`;

    expect(() => parseMql(query('x"}.sum() > 0'))).toThrow(MqlSyntaxError);
    expect(() => parseMql(query('x\\"'))).toThrow(MqlSyntaxError);
    expect(() => parseMql(query("x\ny"))).toThrow(MqlSyntaxError);
  });

  it("parses or refuses whatever it is given, and nothing else happens", () => {
    const piece = fc.constantFrom("M", "[", "1m", "]", "{", "}", '"', "=", "~", "(", ")", ".", ",");
    const text = fc.oneof(
      fc.string(),
      fc.array(piece).map((pieces) => pieces.join("")),
    );

    fc.assert(
      fc.property(text, (query) => {
        try {
          expect(parseMql(query).metric).not.toBe("");
        } catch (error) {
          expect(error).toBeInstanceOf(MqlSyntaxError);
        }
      }),
    );
  });

  it("keeps its message short when the query is long", () => {
    const query = `M[1m].${"x".repeat(500_000)}()`;
    expect(() => parseMql(query)).toThrow(/^.{1,100}$/);
  });
});

describe("durationMinutes", () => {
  it.each([
    ["1m", 1],
    ["60m", 60],
    ["1h", 60],
    ["24h", 1440],
    ["1d", 1440],
  ])("knows %s", (text, minutes) => {
    expect(durationMinutes(text)).toBe(minutes);
  });

  it.each(["", "m", "0m", "01m", "61m", "1.5h", "-1m", "1M", "1w", " 1m"])("refuses %j", (text) => {
    expect(durationMinutes(text)).toBeUndefined();
  });
});
