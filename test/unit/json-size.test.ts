import { describe, expect, it } from "vitest";
import { hasMoreValues } from "../../src/json-size.ts";

describe("hasMoreValues", () => {
  it.each([
    ["[1,2,3]", 3, false],
    ["[1,2,3]", 2, true],
    ['{"a":[1,2],"b":{}}', 5, false],
    ['{"a":[1,2],"b":{}}', 4, true],
    [",,,", 3, false],
    [",,,", 2, true],
  ])("counts commas and brackets: %s has more than %i is %s", (json, most, more) => {
    expect(hasMoreValues(Buffer.from(json), most)).toBe(more);
  });
});
