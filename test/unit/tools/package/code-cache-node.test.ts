import { describe, expect, it } from "vitest";
import { codeCacheProblem } from "../../../../tools/package/code-cache-node.ts";

const running = { version: "v22.23.3", platform: "linux", arch: "x64" };

describe("the code cache of the running Node", () => {
  it.each(["22.23.3", "v22.23.3"])("is of use to %s, which is the same", (version) => {
    expect(codeCacheProblem(version, running)).toBeUndefined();
  });

  it.each([
    [
      "22.23.2",
      running,
      /^This is Node.js v22.23.3, .* run the command with 22.23.2, or leave out/,
    ],
    ["22", running, /give the exact version/],
    ["22.23.3", { ...running, platform: "darwin", arch: "arm64" }, /in Cloud Shell, or leave out/],
  ])("is refused for %s", (version, node, problem) => {
    expect(codeCacheProblem(version, node)).toMatch(problem);
  });
});
