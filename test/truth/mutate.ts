// Changes one rule of the code after the other, in a copy of the project, and prints how many rows of
// the table that turns wrong: a rule that turns none is held by no test.
import { execFile } from "node:child_process";
import { cp, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { createTemporaryDirectory } from "../support/temporary-directory.ts";
import { type Mutation, mutations } from "./mutations.ts";

const root = new URL("../..", import.meta.url).pathname;
const left = ["node_modules", ".git", "dist", "coverage"].map((name) => join(root, name));

const copy = await createTemporaryDirectory();
await cp(root, copy.path, { recursive: true, filter: (path) => !left.includes(path) });
await symlink(join(root, "node_modules"), join(copy.path, "node_modules"));

/** The cases that are wrong in the copy, as it is now. */
async function wrongCases(on: Mutation["on"]): Promise<readonly string[]> {
  const histories = on === "oci" ? [] : ["--histories"];
  const truth = ["tsx", "test/truth/run.ts", ...histories, "--on", on];
  const { stdout, stderr } = await promisify(execFile)("npx", truth, { cwd: copy.path }).catch(
    (error: { readonly stdout: string; readonly stderr: string }) => error,
  );
  if (!/^Of our \d+ readings/m.test(stdout)) throw new Error(`nothing was measured: ${stderr}`);
  const lines = stdout.split("\n").filter((line) => line.includes("WRONG"));
  return [...new Set(lines.map((line) => line.split("  ")[0] ?? ""))];
}

async function withMutation({ file, from, to, on }: Mutation): Promise<readonly string[]> {
  const path = join(copy.path, file);
  const text = await readFile(path, "utf8");
  if (text.split(from).length !== 2) throw new Error(`${file} doesn't have once: ${from}`);
  await writeFile(
    path,
    text.replace(from, () => to),
  );
  try {
    return await wrongCases(on);
  } finally {
    await writeFile(path, text);
  }
}

try {
  for (const on of ["prometheus-testing", "oci"] as const) {
    console.log(`${on}, no rule changed: ${(await wrongCases(on)).length} cases wrong`);
  }
  let survivors = 0;
  for (const mutation of mutations) {
    const wrong = await withMutation(mutation);
    if (wrong.length === 0) survivors += 1;
    const examples = wrong.slice(0, 2).join("; ");
    console.log(`${mutation.rule}: ${wrong.length} cases wrong${examples && ` (${examples})`}`);
  }
  console.log(`${survivors} of ${mutations.length} changes went unnoticed.`);
  if (survivors > 0) process.exitCode = 1;
} finally {
  await copy.remove();
}
