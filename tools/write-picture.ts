import { writeFileSync } from "node:fs";
import * as pty from "@lydell/node-pty";
import { terminalPicture } from "./terminal-picture.ts";

// Writes the picture of the README: what `npm start` shows in a terminal, from a real run.
const columns = 100;
const title = "npm start -- --demo --all: a table of three pools";

const child = pty.spawn("npm", ["start", "--silent", "--", "--demo", "--all"], {
  cols: columns,
  rows: 60,
  name: "xterm-256color",
  env: { ...process.env, FORCE_COLOR: "1" },
});
let written = "";
child.onData((text) => {
  written += text;
});
child.onExit(({ exitCode }) => {
  if (exitCode !== 0) throw new Error(`npm start ended with ${exitCode}:\n${written}`);
  void terminalPicture(written, columns, title).then((svg) =>
    writeFileSync("docs/npm-start.svg", svg),
  );
});
