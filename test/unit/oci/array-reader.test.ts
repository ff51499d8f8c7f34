import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ArrayReader } from "../../../src/oci/array-reader.ts";

/** What is read of a text that comes in chunks of so many bytes. */
function read(text: string, chunkBytes = 3): readonly unknown[] {
  const reader = new ArrayReader((element) => ({ element }));
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    reader.push(bytes.subarray(at, at + chunkBytes));
  }
  return reader.end().map(({ element }) => element);
}

describe("ArrayReader", () => {
  it("reads what JSON.parse reads, wherever the chunks end", () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue()),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(undefined, 2),
        (values, chunkBytes, indent) => {
          const text = JSON.stringify(values, null, indent);
          expect(read(text, chunkBytes)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it("keeps nothing of an element that nothing is wanted of", () => {
    const reader = new ArrayReader((element) => (element === 2 ? undefined : element));
    reader.push(Buffer.from("[1, 2, 3]"));

    expect(reader.end()).toEqual([1, 3]);
  });

  it.each([
    "",
    "{}",
    '{"a": [1]}',
    "<html>",
    "1",
    "[1",
    "[1,]",
    "[,1]",
    "[1]2",
    "[1][2]",
    '["a]',
    "]",
    "[}",
  ])("refuses %j", (text) => {
    expect(() => read(text)).toThrow(SyntaxError);
  });

  it("throws what its element's reader threw, and reads no further", () => {
    let elements = 0;
    const reader = new ArrayReader(() => {
      elements += 1;
      throw new RangeError("no");
    });
    reader.push(Buffer.from("[1,"));
    reader.push(Buffer.from("2]"));

    expect(() => reader.end()).toThrow(RangeError);
    expect(elements).toBe(1);
  });
});
