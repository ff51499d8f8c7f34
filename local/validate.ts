import { readFileSync } from "node:fs";
import { parseDocument } from "../src/config/parse-document.ts";
import { checkReadable } from "./command/readable.ts";
import { UsageError } from "./command/usage-error.ts";
import { namesOfPools, problemsOfPools, tooLongForPools, warningsOfPools } from "./pools-file.ts";

const help = `Checks a file of pools (JSON or YAML), as POOLS_FILE or POOLS would have it, without any network.

Usage: npm run validate -- <file>

Says file, line and column of each problem. Variables such as PROMETHEUS_URL count as they do for the
function. Exits with 0 when the file is right, warnings or not, else with 1.
`;

/** Says which pools there are, or what is wrong, and what can hardly be meant. */
function validate(file: string): void {
  const problems = problemsOfPools(file);
  for (const warning of warningsOfPools(file)) console.error(`warning: ${warning}`);
  if (problems.length > 0) {
    for (const line of problems) console.error(line);
    process.exitCode = 1;
    return;
  }
  const names = namesOfPools(file);
  const pools = names.length === 0 ? "no pools" : `${names.length} pool(s): ${names.join(", ")}`;
  console.log(`${file}: ${pools}`);
  const parsed = parseDocument(readFileSync(file, "utf8"));
  const tooLong = parsed.ok ? tooLongForPools(JSON.stringify(parsed.value)) : undefined;
  if (tooLong !== undefined) console.log(tooLong.replace("<file>", file));
}

const [file, ...more] = process.argv.slice(2);
if (file === undefined || more.length > 0 || file.startsWith("-")) {
  console.error(help);
  process.exitCode = file === "--help" || file === "-h" ? 0 : 1;
} else {
  try {
    checkReadable(file);
    validate(file);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
