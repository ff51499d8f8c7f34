import { join } from "node:path";
import { runCommand } from "./command.ts";

// `npx oci-pool-utilization`: this file is built as dist/command.cjs, the function beside it.
runCommand({
  name: "oci-pool-utilization",
  args: process.argv.slice(2),
  defaultTenancy: "own",
  bundle: async () => join(import.meta.dirname, "func.cjs"),
  process,
}).then((exitCode) => {
  process.exitCode = exitCode;
});
