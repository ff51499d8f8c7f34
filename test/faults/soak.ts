// Calls one function process many times under random faults: npm run soak -- --invocations 10000 --seed 1
import { parseArgs } from "node:util";
import { buildFunction } from "../../build.mjs";
import { complaintsAbout } from "./judge-soak.ts";
import { type SoakReport, soak } from "./run-soak.ts";

const { values } = parseArgs({
  options: {
    invocations: { type: "string", default: "10000" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
  },
});
const [invocations, seed] = [Number(values.invocations), Number(values.seed)];

await buildFunction();
console.log(`${invocations} invocations, seed ${seed}`);
const started = performance.now();
const report = await soak({ invocations, seed, onProgress: (count) => console.log(count) });
print(report, (performance.now() - started) / 1_000);

const complaints = complaintsAbout(report);
for (const complaint of complaints) console.log(`WRONG: ${complaint}`);
if (complaints.length > 0) process.exitCode = 1;

function print({ answers, faults, faultyCalls, memory, descriptors }: SoakReport, seconds: number) {
  console.log(`after ${seconds.toFixed(0)} s: ${faults} faults in ${faultyCalls} calls`);
  for (const [outcome, count] of answers) console.log(`  ${outcome}: ${count}`);
  const figures = (values: readonly number[]) => values.map((value) => value.toFixed(0)).join(" ");
  console.log(`resident memory, MB: ${figures(memory)}`);
  console.log(`open descriptors: ${figures(descriptors)}`);
}
