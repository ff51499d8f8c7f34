import { basename } from "node:path";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Integration tests that take longest, those first that do little but wait. */
const longest = [
  "exporters",
  "truth",
  "container-memory",
  "fault-matrix",
  "memory-bounds",
  "function-on-prometheus",
  "page-commands",
  "soak",
  "package",
  "readme",
  "hostile-input",
  "deadline",
  "authentication",
  "publishing",
  "telemetry",
];

/** The quickest last: they fill what is left of a worker's time. */
const projects = ["integration", "contract", "component", "unit"];

/** Begins with what takes longest, so that all else is done meanwhile, also where nothing has been timed. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => turnOf(one) - turnOf(other));
  }
}

function turnOf({ moduleId, project }: TestSpecification): number {
  const turn =
    project.name === "integration" ? longest.indexOf(basename(moduleId, ".test.ts")) : -1;
  return turn < 0 ? longest.length + projects.indexOf(project.name) : turn;
}
