import { describe, expect, it } from "vitest";
import { shorten } from "../../../src/prometheus/response.ts";
import { heapInUse } from "../../support/garbage.ts";

describe("shorten", () => {
  it.each([
    ["w".repeat(300), "w".repeat(300)],
    ["w".repeat(301), `${"w".repeat(300)}…`],
  ])("cuts what is longer than 300 characters", (text, short) => {
    expect(shorten(text)).toBe(short);
  });

  it("keeps nothing of the text but what it shows", () => {
    const shortTextOfMegabytes = () => shorten(Buffer.alloc(8_000_000, "漢").toString());
    const before = heapInUse();

    const kept = Array.from({ length: 4 }, shortTextOfMegabytes);

    expect(heapInUse() - before).toBeLessThan(2_000_000);
    expect(kept).toHaveLength(4);
  });
});
