import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import { readKeys } from "../../../../local/command/keyboard.ts";
import { createProgress } from "../../../../local/command/progress.ts";
import { isWindow, pageOf, windowOf } from "../../../../local/command/terminal-page.ts";
import { FakeTerminal } from "../../../support/terminal.ts";

/** Keys that are typed, and whether the terminal would show them. */
class FakeKeyboard extends EventEmitter {
  readonly isTTY = true;
  raw = false;
  reading = false;
  setRawMode(raw: boolean) {
    this.raw = raw;
    return this;
  }
  resume() {
    this.reading = true;
    return this;
  }
  pause() {
    this.reading = false;
    return this;
  }
  type(keys: string): void {
    this.emit("data", Buffer.from(keys));
  }
}

describe("the keys of --watch", () => {
  it.each([
    ["q", ["quit"]],
    ["\x03", ["quit"]],
    ["xr ", ["refresh", "refresh"]],
    ["\x1b[A\x1bOBjk", ["up", "down", "down", "up"]],
    ["\x1b[5~\x1b[6~gG\x1b[H\x1b[4~", ["pageUp", "pageDown", "home", "end", "home", "end"]],
    ["\r", ["open"]],
    ["\x1b", ["back"]],
    ["sf?", ["sort", "filter", "help"]],
    ["\x1b[1;5C", []],
  ])("%j is %j", (typed, expected) => {
    const done: string[] = [];
    const keyboard = new FakeKeyboard();
    readKeys(keyboard as never, (action) => done.push(action));
    keyboard.type(typed);

    expect(done).toEqual(expected);
  });

  it("are read unseen, and the terminal shows what is typed afterwards", () => {
    const keyboard = new FakeKeyboard();
    const stop = readKeys(keyboard as never, () => {});
    const meanwhile = { raw: keyboard.raw, reading: keyboard.reading };
    stop();

    expect(meanwhile).toEqual({ raw: true, reading: true });
    expect({ raw: keyboard.raw, reading: keyboard.reading }).toEqual({
      raw: false,
      reading: false,
    });
    expect(keyboard.listenerCount("data")).toBe(0);
  });

  it("are not read from a pipe", () => {
    const pipe = Object.assign(new FakeKeyboard(), { isTTY: false });
    readKeys(pipe as never, () => {});

    expect(pipe.raw).toBe(false);
    expect(pipe.listenerCount("data")).toBe(0);
  });
});

describe("what can be written where", () => {
  const stream = { isTTY: true, columns: 100, rows: 30, hasColors: () => true };

  it("is as wide as the terminal, and coloured if that may be", () => {
    expect(pageOf(stream)).toEqual({ columns: 100, rows: undefined, colour: true });
    expect(windowOf(stream)).toEqual({ columns: 100, rows: 30, colour: true });
    expect(pageOf({ ...stream, hasColors: () => false })).toMatchObject({ colour: false });
  });

  it("is anything in a pipe, without colours", () => {
    expect(pageOf({ ...stream, isTTY: false })).toEqual({
      columns: undefined,
      rows: undefined,
      colour: false,
    });
  });

  it("is the usual size while a terminal doesn't know its own", () => {
    expect(windowOf({ ...stream, columns: 0, rows: 0 })).toMatchObject({ columns: 80, rows: 24 });
  });

  it("is written over only where a terminal can do that", () => {
    expect(isWindow(stream, { TERM: "xterm" })).toBe(true);
    expect(isWindow(stream, { TERM: "dumb" })).toBe(false);
    expect(isWindow({ ...stream, isTTY: false }, { TERM: "xterm" })).toBe(false);
  });

  it("is progress, of which nothing stays", async () => {
    const terminal = new FakeTerminal(30, 24);
    const progress = createProgress(terminal, false);
    progress.say("Starting the function");
    await expect.poll(() => terminal.written).toContain("Starting the function …");
    progress.say("Waiting for what takes more than a line");
    const meanwhile = await terminal.lines();
    progress.end();

    expect(meanwhile).toEqual(["Waiting for what takes more t"]);
    expect(await terminal.lines()).toEqual([""]);
  });

  it("is no progress in a pipe, nor between lines of the log", () => {
    const terminal = new FakeTerminal(80, 24);
    const pipe = Object.assign(new FakeTerminal(80, 24), { isTTY: false });
    for (const progress of [createProgress(pipe, false), createProgress(terminal, true)]) {
      progress.say("Starting the function");
      progress.end();
    }

    expect(pipe.written + terminal.written).toBe("");
  });
});
