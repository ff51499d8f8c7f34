import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { streamDisplay, windowDisplay } from "../../../../local/command/display.ts";
import type { KeyAction } from "../../../../local/command/keyboard.ts";
import type { AnyDocument } from "../../../../local/command/render/document.ts";
import type { Sight } from "../../../../local/command/watch.ts";
import { detail, failedPool, poolResult } from "../../../support/pool-results.ts";
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
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    display.show(measured);
    const small = await terminal.lines();
    terminal.resize(120, 40);
    const large = await terminal.lines();
    display.close();

    const time = instant.toTimeString().slice(0, 8);
    expect(small).toHaveLength(12);
    expect(small[0]).toBe(
      `measured at ${time} in 61 ms · every 30 s · next in 18 s · q: quit · ?: keys`,
    );
    expect(small[1]).toMatch(/^profile PROD · us-ashburn-1 · 5 min until .* · mean of 60 s$/);
    expect(small[3]).toMatch(/^Pool web \(oci\): ok, 30 of 30/);
    expect(small.at(-1)).toMatch(/^ {2}… 25 more members/);
    expect(large).toHaveLength(3 + 3 + 30);
    expect(large.at(-1)).toMatch(/^ {2}inst-29 .* 50\.0 %$/);
  });

  it("leaves nothing of a longer table under a shorter one", async () => {
    const terminal = new FakeTerminal(80, 24);
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    display.show(measured);
    display.show({ ...measured, document: { ...document, pools: [poolResult([])] } });
    const lines = await terminal.lines();
    display.close();

    expect(lines).toHaveLength(4);
  });

  it("tells that it is asking, and what went wrong, above the last table", async () => {
    const terminal = new FakeTerminal(80, 24);
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    display.show({ ...measured, failure: "Fn answered 504: Timed out", askedAt: now() - 3_000 });
    const lines = await terminal.lines();
    display.close();

    expect(lines[0]).toContain("asking for 3 s");
    expect(lines[3]).toBe("No answer: Fn answered 504: Timed out");
    expect(lines[4]).toMatch(/^Pool web/);
  });

  it("gives the terminal back as it was, with the last table on it", async () => {
    const terminal = new FakeTerminal(80, 24);
    terminal.write("$ oci-pool-utilization --pool web --watch\r\n");
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    display.show({ ...measured, document: { ...document, pools: [poolResult([])] } });
    const shownWhileOpen = terminal.cursorShown;
    display.close();
    const lines = await terminal.lines();

    expect(shownWhileOpen).toBe(false);
    expect(terminal.cursorShown).toBe(true);
    expect(terminal.listenerCount("resize")).toBe(0);
    expect(lines.slice(0, 2)).toEqual([
      "$ oci-pool-utilization --pool web --watch",
      "profile PROD · us-ashburn-1",
    ]);
    expect(lines.join(" ")).toContain("Pool web (oci): ok, 0 of 0 running members reported");
  });
});

describe("forty pools in a window of 24 rows", () => {
  const pools = Array.from({ length: 40 }, (_, index) =>
    index === 17
      ? { ...failedPool, instancePoolId: "ocid1.instancepool.oc1.iad.failed" }
      : poolResult([detail("inst-a", index, 0), detail("inst-b", index, 0)], {
          name: `pool-${index}`,
          instancePoolId: `ocid1.instancepool.oc1.iad.a${index}`,
        }),
  );
  const many: Sight = { ...measured, document: { ...document, pools } };

  /** The names in the rows, with the cursor's, after these keys. */
  async function shownAfter(columns: number, ...keys: readonly KeyAction[]) {
    const terminal = new FakeTerminal(columns, 24);
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    display.show(many);
    for (const key of keys) display.press(key);
    const lines = await terminal.lines();
    display.close();
    const rows = lines.filter((line) => /^[› ] (pool-|db)/.test(line));
    return {
      lines,
      names: rows.map((line) => line.slice(2).split(" ")[0]),
      cursor: rows
        .find((line) => line.startsWith("›"))
        ?.slice(2)
        .split(" ")[0],
    };
  }

  it.each([40, 60, 80, 120])("are sorted by trouble, then load, in %d columns", async (columns) => {
    const { lines, names, cursor } = await shownAfter(columns);

    expect(lines.length).toBeLessThanOrEqual(24);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
    expect(names.slice(0, 2)).toEqual(["db", "pool-39"]);
    expect(names.length).toBeGreaterThanOrEqual(9);
    expect(cursor).toBe("db");
    expect(lines.join("\n")).toMatch(/1–\d+ of 40( pools)?: 1 (failed|✗), 39 (ok|✓)/);
    expect(lines[0]).toContain("q: quit · ?: keys");
  });

  it("scroll with the cursor, page by page, to both ends", async () => {
    expect((await shownAfter(80, "down", "down", "up")).cursor).toBe("pool-39");
    expect((await shownAfter(80, "end")).names.at(-1)).toBe("pool-0");
    expect((await shownAfter(80, "end", "home")).cursor).toBe("db");
    const paged = await shownAfter(80, "pageDown", "pageDown");
    expect(paged.names).toContain(paged.cursor);
    expect(paged.names).not.toContain("db");
  });

  it.each([40, 80])(
    "keep their names and columns while they scroll, in %d columns",
    async (columns) => {
      const named = pools.map((pool, index) => {
        const name = `recommendations-for-the-${index < 30 ? "" : "other-"}shop-in-eu-${index}`;
        return { ...pool, name };
      });
      const terminal = new FakeTerminal(columns, 24);
      const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
      display.show({ ...many, document: { ...document, pools: named } });
      const shown = new Map<string, Set<string>>();
      for (let step = 0; step < 40; step++) {
        for (const line of (await terminal.lines()).slice(4)) {
          const [, name = "", number = ""] = /^[› ] (\S*-(\d+)) +[✓✗]/.exec(line) ?? [];
          shown.set(number, (shown.get(number) ?? new Set()).add(name));
        }
        display.press("down");
      }
      display.close();
      shown.delete("");

      expect(shown.size).toBe(40);
      expect([...shown.values()].filter((names) => names.size !== 1)).toEqual([]);
    },
  );

  it("keep three rows of a small window to themselves", async () => {
    const terminal = new FakeTerminal(40, 12);
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    display.show(many);
    const lines = await terminal.lines();
    display.close();

    expect(lines.filter((line) => /^[› ] (pool-|db)/.test(line))).toHaveLength(3);
    expect(lines.at(-1)).toBe("  … enter shows the rest");
  });

  it("are sorted otherwise, or only those in trouble are left", async () => {
    expect((await shownAfter(80, "sort")).names[0]).toBe("pool-39");
    expect((await shownAfter(80, "sort", "sort")).names.slice(0, 2)).toEqual(["db", "pool-0"]);
    const troubled = await shownAfter(80, "filter");
    expect(troubled.names).toEqual(["db"]);
    expect(troubled.lines.join("\n")).toContain(
      "40 pools: 1 failed, 39 ok · by trouble · not ok only",
    );
  });

  it("say so when none is in trouble", async () => {
    const terminal = new FakeTerminal(80, 24);
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    const fine = pools.filter(({ status }) => status === "ok");
    display.show({ ...many, document: { ...document, pools: fine } });
    display.press("filter");
    const lines = await terminal.lines();
    display.close();

    expect(lines.slice(3)).toEqual([
      "39 pools: 39 ok · by trouble · not ok only",
      "",
      "Every pool is ok; f shows them again.",
    ]);
  });

  it("open, with the members, and close again", async () => {
    const opened = await shownAfter(80, "down", "open");
    const closed = await shownAfter(80, "down", "open", "back");

    expect(opened.lines.join("\n")).toMatch(/Pool pool-39 .*[\s\S]*inst-b +CPU/);
    expect(closed.cursor).toBe("pool-39");
  });

  it("have the keys explained, and the chosen pool's error", async () => {
    expect((await shownAfter(80, "help")).lines.join("\n")).toContain(
      "f          only what isn't ok",
    );
    expect((await shownAfter(80)).lines.join("\n")).toContain("→ Allow dynamic-group functions");
  });

  it("show what each has had so far where there is room", async () => {
    const terminal = new FakeTerminal(120, 24);
    const display = windowDisplay(terminal, { seconds: 30, signer: "profile PROD", now });
    for (const cpu of [0, 50, 99]) {
      const two = ["a", "b"].map((name) => poolResult([detail("i", cpu, 1)], { name }));
      display.show({ ...many, document: { ...document, pools: two } });
    }
    const lines = await terminal.lines();
    display.close();

    expect(lines.find((line) => line.startsWith("› a"))).toContain(" ▁▅█ ");
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
