import type { SoakReport } from "./run-soak.ts";

/** The first part of the time goes into compiling and caches. */
const warmUp = 0.25;
/** Over all of the time after that; the collector alone moves it by half as much. */
const longestRise = 15;
const moreDescriptors = 10;

/** Everything that is not as it should be; nothing, if all is well. */
export function complaintsAbout(report: SoakReport): readonly string[] {
  const { invocations, answers, wrong, processes, leaks } = report;
  const complaints = wrong.map(
    ({ invocation, outcome, body }) => `invocation ${invocation} got ${outcome}: ${body}`,
  );
  const answered = [...answers.values()].reduce((sum, count) => sum + count, 0);
  if (answered !== invocations) complaints.push(`${answered} of ${invocations} were answered`);
  if (processes !== 1) complaints.push(`it took ${processes} processes`);
  if (leaks.length > 0) complaints.push(`${leaks.length} secrets were shown`);
  const memoryRise = riseOf(report.memory);
  if (memoryRise > longestRise) complaints.push(`memory rises: by ${memoryRise.toFixed(1)} MB`);
  const descriptorRise = riseOf(report.descriptors);
  if (descriptorRise > moreDescriptors) {
    complaints.push(`descriptors leak: ${descriptorRise.toFixed(1)} more`);
  }
  return complaints;
}

/** How much the straight line through the values, but the first ones, rises from end to end. */
function riseOf(values: readonly number[]): number {
  const settled = values.slice(Math.floor(values.length * warmUp));
  const count = settled.length;
  if (count < 2) return 0;
  const middle = (count - 1) / 2;
  const mean = settled.reduce((sum, value) => sum + value, 0) / count;
  let covariance = 0;
  let variance = 0;
  for (const [index, value] of settled.entries()) {
    covariance += (index - middle) * (value - mean);
    variance += (index - middle) ** 2;
  }
  return (covariance / variance) * (count - 1);
}
