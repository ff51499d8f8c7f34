import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { parseArgs } from "node:util";
import { problemsOfPools } from "../../local/pools-file.ts";
import { archiveProblems, type Files, handler, writeArchive } from "./archive.ts";
import { codeCacheProblem } from "./code-cache-node.ts";
import { nodeOptions, packageContents, resourceOf } from "./contents.ts";

const help = `Makes the package that OCI Functions runs without an image, in dist/oci-pool-utilization.zip.

Usage: npm run package -- [--pools <file>] [--code-cache <version>] [--out <file>]
       npm run package -- --stack

  --pools <file>          JSON or YAML, checked and put into the package: room for more than the 4 KB of
                          POOLS
  --code-cache <version>  the exact version of Node.js that OCI runs, such as 22.23.3: halves a cold
                          start there, and is of no use to another version; run this command with it
  --out <file>            another name for the package
  --stack                 instead, the Terraform stack for OCI Resource Manager, in
                          dist/oci-pool-utilization-stack.zip
`;

const stackFolder = new URL("../../deploy/terraform/", import.meta.url);
const stackArchive = "dist/oci-pool-utilization-stack.zip";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      pools: { type: "string" },
      "code-cache": { type: "string" },
      out: { type: "string", default: "dist/oci-pool-utilization.zip" },
      stack: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help) return void console.log(help);
  if (values.stack) return writeStack();
  const { pools, "code-cache": version, out } = values;
  refuse(pools === undefined ? [] : problemsOfPools(pools));
  refuse(version === undefined ? [] : [codeCacheProblem(version, process) ?? []].flat());
  const files = await packageContents({
    poolsFile: pools,
    codeCacheOf: version && process.execPath,
  });
  const archive = writeArchive(files);
  refuse(archiveProblems(archive));
  mkdirSync(dirname(out), { recursive: true });
  writeFileSync(out, archive);
  console.log(report(out, archive, files));
  console.log(howToUpload(out, pools));
}

/** Resource Manager wants the files at the root. */
function writeStack(): void {
  const names = readdirSync(stackFolder).filter((name) => /\.tf$|^schema\.yaml$/.test(name));
  const files = names.map((name) => [name, readFileSync(new URL(name, stackFolder))] as const);
  const archive = writeArchive(Object.fromEntries(files));
  mkdirSync(dirname(stackArchive), { recursive: true });
  writeFileSync(stackArchive, archive);
  console.log(report(stackArchive, archive, Object.fromEntries(files)));
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new Error(problems.join("\n"));
}

function report(out: string, archive: Uint8Array, files: Files): string {
  const rows = Object.entries(files).map(
    ([path, { length }]) =>
      `  ${path.padEnd(30)} ${length.toLocaleString("en").padStart(10)} bytes`,
  );
  const sha256 = createHash("sha256").update(archive).digest("hex");
  const size = `${Math.ceil(archive.length / 1024)} KB`;
  return [`${out}: ${size}, SHA-256 ${sha256}`, ...rows.toSorted(), ""].join("\n");
}

function howToUpload(out: string, pools: string | undefined): string {
  return `In the Console, in your application of OCI Functions, choose "Create from archive":
  File source    Upload from device, ${out}
  Runtime        Node.js 24, or 22
  Handler        ${handler}
  Memory         256 MB; 128 is enough, with a slower start
  Configuration  NODE_OPTIONS = ${nodeOptions}
${pools === undefined ? "" : `                 POOLS_FILE = ${resourceOf(pools)}\n`}docs/deploy.md has each step, the same with oci, and what the function has to be allowed.`;
}

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
