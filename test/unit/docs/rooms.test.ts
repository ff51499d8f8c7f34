import { readdirSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { blocks, read, root } from "../../support/pages.ts";

/** The plan of docs/design.md: each room, from above to below, and which rooms it may know. */
const plan = new Map<string, readonly string[]>(
  blocks("docs/design.md", "").flatMap((block) =>
    [...block.matchAll(/^([\w-]+) +->(.*)$/gm)].map(
      ([, room = "", known = ""]) => [room, known.match(/[\w-]+/g) ?? []] as const,
    ),
  ),
);

const files = readdirSync(join(root, "src"), { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .map((file) => `src/${file}`);

/** A folder of src/, and a file beside it of the same name. What is declared of the FDK is for func.ts. */
function roomOf(file: string): string {
  const [, first = ""] = file.split("/");
  return first.endsWith(".d.ts") ? "func" : first.replace(/\.ts$/, "");
}

/** Every import of another file of ours, of types and at run time, too. */
const imports = files.flatMap((file) =>
  [...read(file).matchAll(/\b(?:from|import)\s*\(?\s*"(\.[^"]+)"/g)].map(([, path = ""]) => {
    const to = normalize(join(dirname(file), path));
    return { says: `${file} -> ${to}`, from: roomOf(file), to: roomOf(to) };
  }),
);

const between = imports.filter(({ from, to }) => from !== to);

describe("the plan of the rooms in docs/design.md", () => {
  it("has a row for every folder, and for no room that isn't there", () => {
    const folders = files.filter((file) => file.split("/").length > 2).map(roomOf);
    const rooms = new Set(files.map(roomOf));

    expect([...new Set(folders)].filter((room) => !plan.has(room))).toEqual([]);
    expect([...plan.keys()].filter((room) => !rooms.has(room))).toEqual([]);
  });

  it("goes down only: no rooms know each other, not even by way of others", () => {
    const rooms = [...plan.keys()];
    const up = [...plan].flatMap(([room, known]) =>
      known.flatMap((one) => (rooms.indexOf(one) > rooms.indexOf(room) ? [] : `${room} -> ${one}`)),
    );

    expect(up).toEqual([]);
  });

  it("has every import", () => {
    expect(between.length).toBeGreaterThan(100);
    const undeclared = between.filter(
      ({ from, to }) => plan.has(to) && !plan.get(from)?.includes(to),
    );

    expect(undeclared.map(({ says }) => says)).toEqual([]);
  });

  it("has no arrow that no import needs", () => {
    const used = new Set(between.map(({ from, to }) => `${from} -> ${to}`));
    const drawn = [...plan].flatMap(([room, known]) => known.map((one) => `${room} -> ${one}`));

    expect(drawn.filter((arrow) => !used.has(arrow))).toEqual([]);
  });
});
