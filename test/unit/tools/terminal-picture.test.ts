import { describe, expect, it } from "vitest";
import { terminalPicture } from "../../../tools/terminal-picture.ts";

describe("a picture of a terminal", () => {
  it("shows what stands in the window, not what was overwritten", async () => {
    const svg = await terminalPicture("old\rnew\n\nlast\n", 20, "a title");

    expect([...svg.matchAll(/>([^<>\n]+)<\/text>/g)].map(([, text]) => text)).toEqual([
      "new",
      "last",
    ]);
  });

  it("has a text for each style, at its column", async () => {
    const svg = await terminalPicture("a \x1b[31mred\x1b[0m", 20, "a title");
    const [plain, red] = [...svg.matchAll(/<text x="([\d.]+)"[^>]* fill="(#\w+)"[^>]*>/g)];

    expect(Number(red?.[1]) - Number(plain?.[1])).toBeCloseTo(2 * 8.4);
    expect(red?.[2]).not.toBe(plain?.[2]);
  });

  it("is XML, whatever is written", async () => {
    expect(await terminalPicture("<a> & b", 20, "a title")).toContain(">&lt;a> &amp; b</text>");
  });

  it("ends with the last line that holds something", async () => {
    const height = async (text: string) =>
      Number(/height="(\d+)"/.exec(await terminalPicture(text, 20, "a title"))?.[1]);

    expect(await height("a\nb\n\n\n")).toBe(await height("a\nb"));
    expect(await height("a\nb")).toBeGreaterThan(await height("a"));
  });
});
