import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { helpText } from "../../../../local/command/help.ts";

describe("--help", () => {
  it.each([60, 80, 120, undefined])("has no line that %s columns would break", (columns) => {
    const lines = helpText("npm start --", { columns }).split("\n");

    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns ?? 80);
    expect(lines).toContain("Usage: npm start -- [options] [payload]");
  });
});
