import { describe, expect, it } from "vitest";
import { streamDisplay, windowDisplay } from "../../../../local/command/display.ts";
import type { AnyDocument } from "../../../../local/command/render/document.ts";
import type { Sight } from "../../../../local/command/watch.ts";
import { detail, poolResult } from "../../../support/pool-results.ts";
import { FakeTerminal } from "../../../support/terminal.ts";

const instant = new Date("2026-11-23T20:40:12.000Z");
const members = Array.from({ length: 30 }, (_, index) => detail(`inst-${index}`, index, 50));
const document: AnyDocument = {
  status: "ok",
  trigger: "direct",
  collectedAt: instant.toISOString(),
  durationMs: 61,
  pools: [poolResult(members)],
};
const measured: Sight = {
  document,
  failure: undefined,
  askedAt: undefined,
  dueAt: instant.getTime() + 30_000,
};
const now = () => instant.getTime() + 12_000;

describe("the window of --watch", () => {
  it("says when it was measured and when it will be, and fits the window at every size", async () => {
    const terminal = new FakeTerminal(80, 12);
    const display = windowDisplay(terminal, 30, now);
    display.show(measured);
    const small = await terminal.lines();
    terminal.resize(120, 40);
    const large = await terminal.lines();
    display.close();

    const time = instant.toTimeString().slice(0, 8);
    expect(small).toHaveLength(12);
    expect(small[0]).toBe(
      `every 30 s · measured at ${time} in 61 ms · next in 18 s · r: now, q: quit`,
    );
    expect(small[2]).toMatch(/^Pool web \(oci\): ok, 30 of 30/);
    expect(small.at(-1)).toMatch(/^ {2}… 24 more members/);
    expect(large).toHaveLength(2 + 3 + 30);
    expect(large.at(-1)).toMatch(/^ {2}inst-29 .* 50\.0 %$/);
  });

  it("leaves nothing of a longer table under a shorter one", async () => {
    const terminal = new FakeTerminal(80, 24);
    const display = windowDisplay(terminal, 30, now);
    display.show(measured);
    display.show({ ...measured, document: { ...document, pools: [poolResult([])] } });
    const lines = await terminal.lines();
    display.close();

    expect(lines).toHaveLength(3);
  });

  it("tells that it is asking, and what went wrong, above the last table", async () => {
    const terminal = new FakeTerminal(80, 24);
    const display = windowDisplay(terminal, 30, now);
    display.show({ ...measured, failure: "Fn answered 504: Timed out", askedAt: now() - 3_000 });
    const lines = await terminal.lines();
    display.close();

    expect(lines[0]).toContain("asking for 3 s");
    expect(lines[2]).toBe("No answer: Fn answered 504: Timed out");
    expect(lines[3]).toMatch(/^Pool web/);
  });

  it("gives the terminal back as it was, with the last table on it", async () => {
    const terminal = new FakeTerminal(80, 24);
    terminal.write("$ oci-pool-utilization --pool web --watch\r\n");
    const display = windowDisplay(terminal, 30, now);
    display.show({ ...measured, document: { ...document, pools: [poolResult([])] } });
    const shownWhileOpen = terminal.cursorShown;
    display.close();
    const lines = await terminal.lines();

    expect(shownWhileOpen).toBe(false);
    expect(terminal.cursorShown).toBe(true);
    expect(terminal.listenerCount("resize")).toBe(0);
    expect(lines).toEqual([
      "$ oci-pool-utilization --pool web --watch",
      "Pool web (oci): ok, 0 of 0 running members reported, 0 in all",
    ]);
  });
});

describe("--watch without a window", () => {
  it("writes each document once, and tells of failures elsewhere", () => {
    const written: AnyDocument[] = [];
    const told: string[] = [];
    const display = streamDisplay(
      (one) => written.push(one),
      (failure) => told.push(failure),
    );
    display.show({ ...measured, document: undefined, askedAt: now() });
    display.show(measured);
    display.show({ ...measured, askedAt: now() });
    display.show({ ...measured, failure: "Fn answered 504" });
    display.close();

    expect(written).toEqual([document]);
    expect(told).toEqual(["Fn answered 504"]);
  });
});
