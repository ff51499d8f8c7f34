import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { shorten } from "../../../src/prometheus-metrics/shorten.ts";

describe("shorten", () => {
  it.each([
    ["w".repeat(300), "w".repeat(300)],
    ["w".repeat(301), `${"w".repeat(300)}…`],
  ])("cuts what is longer than 300 characters", (text, short) => {
    expect(shorten(text)).toBe(short);
  });

  it("keeps nothing of the text but what it shows", () => {
    setFlagsFromString("--expose-gc");
    const collectGarbage = runInNewContext("gc") as () => void;
    const shortTextOfMegabytes = () => shorten(Buffer.alloc(8_000_000, "漢").toString());
    collectGarbage();
    const before = process.memoryUsage().heapUsed;

    const kept = Array.from({ length: 4 }, shortTextOfMegabytes);

    collectGarbage();
    expect(kept).toHaveLength(4);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(2_000_000);
  });
});
