import stringify from "json-stringify-pretty-compact";
import manifest from "../../package.json" with { type: "json" };
import { streamDisplay, windowDisplay } from "./display.ts";
import { conditionsMet } from "./fail-on.ts";
import { helpText } from "./help.ts";
import { type LocalFunction, startLocalFunction } from "./local-function.ts";
import { checkConfigured, type DefaultTenancy, type Options, readOptions } from "./options.ts";
import { createProgress, type Progress } from "./progress.ts";
import { type AnyDocument, renderDocument } from "./render/document.ts";
import { heading } from "./render/heading.ts";
import { type Page, printable } from "./render/page.ts";
import { requestOf } from "./request.ts";
import { isWindow, pageOf } from "./terminal-page.ts";
import { UsageError } from "./usage-error.ts";
import { watchUntilQuit } from "./watch-until-quit.ts";

/** The columns of JSON that is not for a terminal. */
const widestJson = 130;

/** How and where the command was called. */
export interface CommandCall {
  /** What the user typed for it. */
  readonly name: string;
  readonly args: readonly string[];
  readonly defaultTenancy: DefaultTenancy;
  /** The path of the built function. */
  readonly bundle: (progress: Progress) => Promise<string>;
  readonly process: Pick<NodeJS.Process, "stdin" | "stdout" | "stderr" | "env">;
}

/** 0: measured; 1: nothing was; 2: called wrongly; 3: a condition of --fail-on holds. */
export type ExitCode = 0 | 1 | 2 | 3;

/** Runs the command, and returns its exit code; doesn't throw. */
export async function runCommand(call: CommandCall): Promise<ExitCode> {
  const { stdout, stderr } = call.process;
  stdout.on("error", endWithReader);
  try {
    const options = readOptions(call.args, call.defaultTenancy, call.process.env);
    if (options === "help") stdout.write(helpText(call.name, pageOf(stdout)));
    else if (options === "version") stdout.write(`${manifest.version}\n`);
    else return await askFunction(options, call);
    return 0;
  } catch (error) {
    stderr.write(`${error instanceof Error ? error.message : error}\n`);
    if (!(error instanceof UsageError)) return 1;
    stderr.write(`${call.name} --help says how it is called.\n`);
    return 2;
  }
}

/** As `head` does when it has enough: a command ends then, and has nothing to complain of. */
function endWithReader(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
  process.exit();
}

async function askFunction(options: Options, call: CommandCall): Promise<ExitCode> {
  const { stderr, env } = call.process;
  checkConfigured(options, env);
  const progress = createProgress(stderr, options.verbose);
  let running: LocalFunction | undefined;
  try {
    const bundle = await call.bundle(progress);
    progress.say(
      options.tenancy.kind === "emulated"
        ? "Measuring this machine, and starting the function"
        : "Starting the function",
    );
    running = await startLocalFunction({
      ...options,
      bundle,
      variables: env,
      log: (line) => stderr.write(`${line}\n`),
    });
    const document = await (options.watchSeconds === undefined
      ? askOnce(options, running, progress, call)
      : keepAsking(options, options.watchSeconds, running, progress, call));
    if (document === undefined || document.status === "failed") return 1;
    const met = conditionsMet(document, options.failOn);
    for (const text of met) stderr.write(`--fail-on: ${printable(text)}\n`);
    return met.length > 0 ? 3 : 0;
  } finally {
    progress.end();
    await running?.close();
  }
}

async function askOnce(
  options: Options,
  running: LocalFunction,
  progress: Progress,
  { process: { stdout, stderr } }: CommandCall,
): Promise<AnyDocument> {
  progress.say("Waiting for the function's answer");
  const document = await running.ask(bodyOf(options, running, false));
  progress.end();
  const asTable = options.output === "table" || (options.output === "auto" && stdout.isTTY);
  if (asTable) writeTable(document, running.signer, stdout);
  else if (options.output === "auto") writeTable(document, running.signer, stderr);
  if (!asTable) stdout.write(`${readableJson(document, pageOf(stdout))}\n`);
  return document;
}

async function keepAsking(
  options: Options,
  seconds: number,
  running: LocalFunction,
  progress: Progress,
  { process: { stdin, stdout, stderr } }: CommandCall,
): Promise<AnyDocument | undefined> {
  const { output } = options;
  const inWindow = output !== "json" && isWindow(stdout);
  const write = (document: AnyDocument) => {
    if (output === "json") stdout.write(`${JSON.stringify(document)}\n`);
    else writeTable(document, running.signer, stdout);
  };
  const tell = (failure: string) => stderr.write(`${printable(failure)}\n`);
  const display = inWindow
    ? windowDisplay(stdout, { seconds, signer: running.signer, now: Date.now })
    : streamDisplay(write, tell);
  progress.end();
  const ask = () => running.ask(bodyOf(options, running, inWindow));
  const { document, failure } = await watchUntilQuit(
    seconds,
    ask,
    display,
    inWindow ? stdin : undefined,
  );
  return failure === undefined ? document : undefined;
}

/** With small objects on one line; a comma may follow them. */
function readableJson(document: AnyDocument, { columns = widestJson }: Page): string {
  return stringify(document, { maxLength: Math.min(widestJson, columns - 1) });
}

function bodyOf({ question, overrides }: Options, running: LocalFunction, members: boolean) {
  return requestOf(question, { overrides, members, environment: running.environment });
}

function writeTable(document: AnyDocument, signer: string, stream: NodeJS.WriteStream): void {
  const page = pageOf(stream);
  const lines = [...heading(document, signer, page), ...renderDocument(document, page)];
  stream.write(`${lines.join("\n")}\n`);
}
