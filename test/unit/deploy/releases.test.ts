import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import packageJson from "../../../package.json" with { type: "json" };

const root = new URL("../../..", import.meta.url).pathname;
const text = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const ci = parse(text(".github/workflows/ci.yml"));
const release = parse(text(".github/workflows/release.yml"));

interface Step {
  readonly uses?: string;
  readonly run?: string;
}

const steps: readonly Step[] = release.jobs.release.steps;
const commands = steps.map(({ run = "" }) => run).join("\n");

describe("the workflows", () => {
  it("run what .ci/run runs, on each Node that is supported", () => {
    expect(ci.jobs.test.strategy.matrix.node).toEqual([20, 22, 24]);
    expect(ci.jobs.test.container).toContain("matrix.node");
    expect(ci.jobs.test.steps.map(({ run }: Step) => run)).toContain(".ci/run");
    expect(existsSync(`${root}/.ci/run`)).toBe(true);
    expect(packageJson.engines.node).toBe(">=20.19");
  });

  it("release only what was tested, of the version that the tag names", () => {
    expect(release.jobs.test.uses).toBe("./.github/workflows/ci.yml");
    expect(release.jobs.release.needs).toBe("test");
    expect(commands).toContain('test "$TAG" = "v$(node -p');
  });

  it("build and attach each artefact", () => {
    const [, attached = ""] = /gh release create (.*)$/s.exec(commands) ?? [];
    const files = [
      "oci-pool-utilization.zip",
      "oci-pool-utilization-stack.zip",
      "*.tgz",
      "sbom.cdx.json",
      "SHA256SUMS",
    ];

    for (const file of files) expect(attached).toContain(`dist/${file}`);
    expect(commands).toContain("npm run package -- --stack");
    expect(packageJson.scripts).toHaveProperty("package");
    expect(packageJson.scripts).toHaveProperty("prepack");
  });

  it("lead the button to the release's own stack", () => {
    expect(commands).toContain(
      "resourcemanager/stacks/create?zipUrl=$DOWNLOADS/oci-pool-utilization-stack.zip",
    );
    expect(release.jobs.release.env.DOWNLOADS).toMatch(/\/releases\/download\//);
  });

  it.each(["ci", "release"])(
    "%s.yml takes actions by commit, with the release beside it",
    (name) => {
      const lines = text(`.github/workflows/${name}.yml`).split("\n");
      const actions = lines.filter((line) => /\buses: (?!\.\/)/.test(line));

      expect(actions.length).toBeGreaterThan(0);
      for (const action of actions) {
        expect(action).toMatch(/ uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
      }
    },
  );

  it("have no more rights than they need", () => {
    expect([ci.permissions, release.permissions]).toEqual([
      { contents: "read" },
      { contents: "read" },
    ]);
    expect(release.jobs.release.permissions).toEqual({ contents: "write" });
  });
});

describe("the version", () => {
  it("is package.json's, and func.yaml's with it", () => {
    expect(parse(text("func.yaml")).version).toBe(packageJson.version);
  });

  it("is in the changelog", () => {
    const released = [...text("CHANGELOG.md").matchAll(/^## \[(\d+\.\d+\.\d+)\]/gm)].map(
      ([, one]) => one,
    );

    expect(released).toContain("0.1.0");
    expect(released).toContain(packageJson.version);
  });
});
