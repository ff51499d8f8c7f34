import { readFileSync } from "node:fs";
import { readConfiguration } from "../src/config/configuration.ts";
import { readEnvironment } from "../src/config/environment.ts";

const help = `Checks a file of pools (JSON or YAML), as POOLS_FILE or POOLS would have it, without any network.

Usage: npm run validate -- <file>

Variables such as PROMETHEUS_URL count as they do for the function. Exits with 0 when the file is
right, else with 1.
`;

/** Every problem of the file, as a line each. */
function problemsOf(file: string): readonly string[] {
  const environment = readEnvironment({ ...process.env, POOLS: "", POOLS_FILE: file });
  const { pools, problems } = readConfiguration(environment, (path) => readFileSync(path, "utf8"));
  const all = [...problems, ...pools.flatMap(({ spec }) => (spec.ok ? [] : spec.problems))];
  const lines = all.map(({ path, message }) => `${path.replace(/^POOLS_FILE: /, "")}: ${message}`);
  if (lines.length === 0) {
    const names = pools.map(({ name, instancePoolId }) => name ?? instancePoolId);
    console.log(`${file}: ${pools.length} pool(s): ${names.join(", ")}`);
  }
  return lines;
}

const [file, ...more] = process.argv.slice(2);
if (file === undefined || more.length > 0 || file.startsWith("-")) {
  console.error(help);
  process.exitCode = file === "--help" || file === "-h" ? 0 : 1;
} else {
  const lines = problemsOf(file);
  for (const line of lines) console.error(line);
  if (lines.length > 0) process.exitCode = 1;
}
