import type { PoolResult } from "../../src/result/result-document.ts";
import type { KeyAction } from "./keyboard.ts";

const sorts = ["trouble", "load", "name"] as const;

/** What a person has chosen to see of the pools that are watched. */
export interface View {
  /** The pool that the cursor is on, by `keyOf`; it keeps it wherever the pool goes. */
  readonly selected: string | undefined;
  /** Whether that pool's members are shown, from which on. */
  readonly opened: boolean;
  readonly offset: number;
  readonly sort: (typeof sorts)[number];
  /** Only pools that are not ok. */
  readonly onlyTrouble: boolean;
  readonly help: boolean;
}

export const firstView: View = {
  selected: undefined,
  opened: false,
  offset: 0,
  sort: "trouble",
  onlyTrouble: false,
  help: false,
};

/** A pool's OCID; one that is not known by any is known by its name. */
export function keyOf({ instancePoolId, name }: PoolResult): string {
  return `${instancePoolId ?? ""} ${name}`;
}

/** The pools in the order they are seen, without those that are left out. */
export function poolsIn(view: View, pools: readonly PoolResult[]): readonly PoolResult[] {
  const shown = view.onlyTrouble ? pools.filter(({ status }) => status !== "ok") : pools;
  return [...shown].sort((a, b) => {
    const byTrouble = view.sort === "trouble" ? troubleOf(b) - troubleOf(a) : 0;
    const byLoad = view.sort === "name" ? 0 : loadOf(b) - loadOf(a);
    return byTrouble || byLoad || a.name.localeCompare(b.name);
  });
}

/** Where the cursor is; on the first pool while none was chosen, or the chosen one is gone. */
export function cursorIn({ selected }: View, shown: readonly PoolResult[]): number {
  return Math.max(
    0,
    shown.findIndex((pool) => keyOf(pool) === selected),
  );
}

function troubleOf({ status }: PoolResult): number {
  return { failed: 2, partial: 1, ok: 0 }[status];
}

/** Of its busiest metric, percent; below any where nothing was measured. */
function loadOf({ cpu, memory }: PoolResult): number {
  return Math.max(cpu.average ?? -1, memory.average ?? -1);
}

/** The view after a key; `rows` is how many a page has. */
export function pressed(
  view: View,
  action: KeyAction,
  pools: readonly PoolResult[],
  rows: number,
): View {
  switch (action) {
    case "help":
      return { ...view, help: !view.help };
    case "back":
      return { ...view, opened: false, help: false, offset: 0 };
    case "open":
      return { ...view, opened: pools.length > 1, offset: 0 };
    case "sort":
      return { ...view, sort: sorts[(sorts.indexOf(view.sort) + 1) % sorts.length] ?? "trouble" };
    case "filter":
      return { ...view, onlyTrouble: !view.onlyTrouble };
    default:
      return moved(view, stepOf(action, rows), pools);
  }
}

function stepOf(action: KeyAction, rows: number): number {
  const page = Math.max(1, rows - 1);
  switch (action) {
    case "up":
      return -1;
    case "down":
      return 1;
    case "pageUp":
      return -page;
    case "pageDown":
      return page;
    case "home":
      return Number.NEGATIVE_INFINITY;
    case "end":
      return Number.POSITIVE_INFINITY;
    default:
      return 0;
  }
}

function moved(view: View, step: number, pools: readonly PoolResult[]): View {
  const shown = poolsIn(view, pools);
  const cursor = cursorIn(view, shown);
  if (view.opened || pools.length === 1) {
    const members = shown[cursor]?.instances?.running ?? 0;
    return { ...view, offset: clamp(view.offset + step, members - 1) };
  }
  const next = shown[clamp(cursor + step, shown.length - 1)];
  return { ...view, selected: next === undefined ? view.selected : keyOf(next) };
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(value, last));
}
