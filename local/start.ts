import { buildFunction } from "../build.mjs";
import { runCommand } from "./command/command.ts";

// `npm start`: the command, on a function that is built from the source just now.
process.exitCode = await runCommand({
  name: "npm start --",
  args: process.argv.slice(2),
  defaultTenancy: "emulated",
  async bundle(progress) {
    progress.say("Building the function");
    await buildFunction();
    return "dist/func.cjs";
  },
  process,
});
