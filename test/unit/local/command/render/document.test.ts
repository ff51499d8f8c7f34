import fc from "fast-check";
import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { renderDocument } from "../../../../../local/command/render/document.ts";
import { type Page, plainPage } from "../../../../../local/command/render/page.ts";
import { documentOf } from "../../../../support/documents.ts";
import { detail, failedPool, poolResult } from "../../../../support/pool-results.ts";
import { unknownSigner } from "../../../../support/signers.ts";

const members = [
  detail("inst-a7k2q-web", 44.21, 61.5),
  detail("inst-c3x9v-web", 92.4, 66),
  detail("inst-p5r1z-web", null, null),
];

function terminal(columns: number, rows?: number): Page {
  return { columns, rows, colour: false };
}

describe("a pool for a person", () => {
  it("has its averages, a bar for each member, and who is missing", () => {
    expect(renderDocument(documentOf(poolResult(members)), plainPage)).toEqual([
      "Pool web (oci): partial, 2 of 3 running members reported, 3 in all",
      "  CPU     average 68.3 % of 2 (min 44.2 %, p95 90.0 %, max 92.4 %)",
      "  memory  average 63.8 % of 2 (min 61.5 %, p95 65.8 %, max 66.0 %)",
      "  inst-a7k2q-web  CPU ████████▉░░░░░░░░░░░  44.2 %  memory ████████████▎░░░░░░░  61.5 %",
      "  inst-c3x9v-web  CPU ██████████████████▌░  92.4 %  memory █████████████▎░░░░░░  66.0 %",
      "  inst-p5r1z-web  no CPU and memory: no_data",
    ]);
  });

  it.each([80, 120])("has bars that fill the room of %d columns", (columns) => {
    const lines = renderDocument(documentOf(poolResult(members)), terminal(columns));
    const widths = lines.slice(3, 5).map((line) => stringWidth(line));

    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(columns);
    expect(Math.min(...widths)).toBeGreaterThan(columns - 10);
  });

  it("breaks its lines in 60 columns where a reader would", () => {
    const lines = renderDocument(documentOf(poolResult(members)), terminal(60));

    expect(lines.slice(0, 4)).toEqual([
      "Pool web (oci): partial",
      "  2 of 3 running members reported, 3 in all",
      "  CPU     average 68.3 % of 2 (min 44.2 %, p95 90.0 %,",
      "          max 92.4 %)",
    ]);
  });

  it("has whole names where nobody has a bar, in 60 columns", () => {
    const silent = poolResult([detail("inst-0reports-nightly-2", null, null)]);
    const lines = renderDocument(documentOf(silent), terminal(60));

    expect(lines).toContain("  inst-0reports-nightly-2  no CPU and memory: no_data");
  });

  it("shows half a member: a value that is missing is a dash, not 0", () => {
    const [, , , line] = renderDocument(
      documentOf(poolResult([detail("a", null, 50), detail("b", 10, 50)])),
      plainPage,
    );

    expect(line).toBe("  a  CPU ░░░░░░░░░░░░░░░░░░░░       –  memory ██████████░░░░░░░░░░  50.0 %");
  });

  it("keeps columns straight under wide characters and long names, which are cut", () => {
    const names = [
      "実例-ウェブ-東京-🚀",
      "inst-with-a-name-that-is-far-too-long-for-any-table-web",
      "a",
    ];
    const lines = renderDocument(
      documentOf(poolResult(names.map((name) => detail(name, 50, 50)))),
      terminal(80),
    ).slice(3);
    const before = lines.map((line) => stringWidth(line.slice(0, line.indexOf("CPU"))));

    expect(new Set(before).size).toBe(1);
    expect(lines[0]).toContain("実例-ウェブ-東京-🚀");
    expect(lines[1]).toMatch(/ inst-with-a-name.*… /);
  });

  it("tells members apart whose names differ at their ends only, in 40 columns", () => {
    const rows = renderDocument(
      documentOf(
        poolResult([
          detail("payments-prod-iad-1", 50, 50),
          detail("payments-prod-iad-2", 50, 50),
          detail("payments-prod-iad-3", null, null),
        ]),
      ),
      terminal(40),
    ).slice(-3);

    expect(rows).toEqual([
      "  …ents-prod-iad-1  CPU  50 %  mem  50 %",
      "  …ents-prod-iad-2  CPU  50 %  mem  50 %",
      "  …ents-prod-iad-3  no_data",
    ]);
  });

  it("shows the busiest of more members than there are rows, and counts the others", () => {
    const many = Array.from({ length: 100 }, (_, index) => detail(`inst-${index}`, index, 5));
    const absent = detail("inst-gone", null, null);
    const lines = renderDocument(documentOf(poolResult([...many, absent])), terminal(80, 8));

    expect(lines).toHaveLength(8);
    expect(lines.slice(3).map((line) => line.slice(0, 10).trim())).toEqual([
      "inst-99",
      "inst-98",
      "inst-97",
      "inst-96",
      "… 97 mor",
    ]);
    expect(lines.at(-1)).toBe("  … 97 more members, 1 missing in all");
  });

  it("shows its status beside the end of an OCID, in 50 columns", () => {
    const name = "ocid1.instancepool.oc1.iad.aaaaaaaademoweb";
    const [title] = renderDocument(documentOf({ ...failedPool, name }), terminal(50));

    expect(title).toBe("Pool …cepool.oc1.iad.aaaaaaaademoweb (oci): failed");
  });

  it("explains a failure, and wraps what it says", () => {
    expect(renderDocument(documentOf(failedPool), terminal(60))).toEqual([
      "Pool db (oci): failed",
      "  POOL_NOT_FOUND: OCI knows no such pool, or doesn't show",
      "                  it.",
      "  → Allow dynamic-group functions to read instance-pools in",
      "    compartment id ocid1.compartment.oc1..aaaa",
    ]);
  });
});

describe("several pools for a person", () => {
  const batch = poolResult([detail("inst-b", 91, 74.5)], { name: "batch", warnings: ["It lags."] });

  it("have a row each, and below it what is to be known of some", () => {
    const pools = documentOf(poolResult(members), batch, failedPool);

    expect(renderDocument(pools, terminal(80))).toEqual([
      "pool   status   CPU                        memory                     reporting",
      "web    partial  ████████▎░░░  68.3 % ↑92   ███████▋░░░░  63.8 % ↑66   2 of 3",
      "batch  ok       ██████████▉░  91.0 % ↑91   █████████░░░  74.5 % ↑75   1 of 1",
      "db     failed   POOL_NOT_FOUND",
      "",
      "web",
      "  missing (no_data): inst-p5r1z-web",
      "batch",
      "  warning: It lags.",
      "db",
      "  POOL_NOT_FOUND: OCI knows no such pool, or doesn't show it.",
      "  → Allow dynamic-group functions to read instance-pools in compartment id",
      "    ocid1.compartment.oc1..aaaa",
    ]);
  });

  it("say a hint that several have once", () => {
    const other = { ...failedPool, name: "other" };
    const lines = renderDocument(documentOf(failedPool, other, batch), plainPage);

    expect(lines.filter((line) => line.includes("→"))).toHaveLength(1);
    expect(lines.filter((line) => line.includes("POOL_NOT_FOUND:"))).toHaveLength(2);
  });

  it("show the busiest member beside a mean that hides it", () => {
    const hidden = poolResult([detail("a", 0, 10), detail("b", 98, 10)]);
    const [, row] = renderDocument(documentOf(hidden, batch), plainPage);

    expect(row).toContain(" 49.0 % ↑98 ");
  });

  it("leave out bars before they cut a name, in 60 columns", () => {
    const [long, short] = ["recommendations-eu-2", "web"].map((name) => {
      const [, line] = renderDocument(
        documentOf(poolResult(members, { name }), batch),
        terminal(60),
      );
      return line;
    });

    expect(long).toBe("recommendations-eu-2  !   68 ↑92    64 ↑66   2/3");
    expect(short).toMatch(/^web {4}! {2}█+/);
  });

  it("have signs for words, and then no bars, before they cut a name, in 80 columns", () => {
    const rows = ["web-frontend-prod", "web-frontend-production-eu", "n".repeat(40)].map((name) => {
      const table = renderDocument(documentOf(poolResult(members, { name }), batch), terminal(80));
      return table[1]?.replace(name, "*");
    });

    expect(rows).toEqual([
      "*  partial  ████▏░  68.3 % ↑92   ███▉░░  63.8 % ↑66   2 of 3",
      "*  !  █████▌░░  68.3 % ↑92   █████▏░░  63.8 % ↑66   2/3",
      "*  !   68 ↑92    64 ↑66   2/3",
    ]);
  });

  it.each([40, 60, 80, 120])("keep what matters in %d columns", (columns) => {
    const pools = [11, 12, 13].map((number) =>
      poolResult(members, { name: `a-service-with-a-long-name-${number}` }),
    );
    const rows = renderDocument(documentOf(...pools, failedPool), terminal(columns)).slice(1, 5);

    expect(Math.max(...rows.map((row) => stringWidth(row)))).toBeLessThanOrEqual(columns);
    expect(new Set(rows.map((row) => row.split(" ")[0])).size).toBe(4);
    for (const row of rows.slice(0, 3)) {
      expect(row).toMatch(/(!|partial) .*68.*↑92 .*64?.*↑66 .*2(\/| of )3$/);
    }
    expect(rows[3]).toMatch(/(✗|failed) .*POOL_NOT_FOUND/);
  });

  it("name three of the members that are missing for one reason", () => {
    const gone = Array.from({ length: 5 }, (_, index) => detail(`inst-${index}`, null, null));
    const lines = renderDocument(
      documentOf(poolResult([...gone, detail("inst-here", 1, 1)]), batch),
      plainPage,
    );

    expect(lines).toContain("  missing (no_data): inst-0, inst-1, inst-2 and 2 more");
  });

  it("are cut to the rows of a window, with the number of the lines that are left out", () => {
    const pools = Array.from({ length: 50 }, (_, index) =>
      poolResult(members, { name: `pool-${index}` }),
    );
    const lines = renderDocument(documentOf(...pools), terminal(80, 20));

    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toBe("… 133 more lines");
  });
});

describe("any document for a person", () => {
  it("says what is wrong with a request", () => {
    const error = {
      code: "INVALID_REQUEST",
      message: "nmae: unknown key",
      retryable: false,
    } as const;

    expect(renderDocument({ ...documentOf(), status: "failed", error }, plainPage)).toEqual([
      "failed:",
      "  INVALID_REQUEST: nmae: unknown key",
    ]);
  });

  it("lists the parts that were checked", () => {
    const document = {
      ...documentOf(),
      status: "failed" as const,
      checks: {
        configuration: { status: "ok" as const, pools: 2 },
        principal: {
          status: "failed" as const,
          latencyMs: 3,
          ...unknownSigner,
          error: { code: "NOT_AUTHENTICATED" as const, message: "Nobody.", retryable: false },
        },
        compute: { status: "not_checked" as const, reason: "No pool is configured." },
        monitoring: { status: "ok" as const, latencyMs: 12 },
        prometheus: { default: { status: "ok" as const, latencyMs: 7 } },
        pools: [{ name: "web", instancePoolId: null, status: "ok" as const, latencyMs: 9 }],
      },
      circuits: [],
    };

    expect(renderDocument(document, plainPage)).toEqual([
      "Health: failed",
      "  configuration: ok",
      "  principal: failed (3 ms)",
      "    NOT_AUTHENTICATED: Nobody.",
      "  compute: not_checked",
      "    No pool is configured.",
      "  monitoring: ok (12 ms)",
      "  prometheus default: ok (7 ms)",
      "  pool web: ok (9 ms)",
    ]);
  });

  it("lists the doctor's findings, with what to change", () => {
    const document = {
      ...documentOf(),
      status: "failed" as const,
      pool: "web",
      findings: [
        { step: "configuration", status: "ok", message: "Pool web is configured." },
        { step: "pool", status: "warning", message: "One member is stopped." },
        {
          step: "metrics",
          status: "failed",
          code: "POOL_NOT_FOUND",
          message: "OCI refuses.",
          hint: "Allow dynamic-group functions to read metrics in compartment id ocid1.compartment.oc1..aaaa",
        },
        { step: "readings", status: "skipped", message: "Not asked for." },
      ],
    } as const;

    expect(renderDocument(document, terminal(70))).toEqual([
      "Doctor, pool web: failed",
      "  ✓ configuration  Pool web is configured.",
      "  ! pool           One member is stopped.",
      "  ✗ metrics        POOL_NOT_FOUND: OCI refuses.",
      "                   → Allow dynamic-group functions to read metrics in",
      "                     compartment id ocid1.compartment.oc1..aaaa",
      "  – readings       Not asked for.",
    ]);
  });

  it("is coloured only where it may be", () => {
    const pools = documentOf(poolResult(members), failedPool);
    const coloured = renderDocument(pools, { ...terminal(80), colour: true }).join("\n");

    expect(coloured).toContain("\x1b[33mpartial\x1b[39m");
    expect(coloured).toContain("\x1b[31mfailed\x1b[39m");
    expect(renderDocument(pools, terminal(80)).join("\n")).not.toContain("\x1b");
  });

  it("never lets a name or a message move the cursor, whatever it holds", () => {
    const name = "evil\x1b[2J\x1b]0;title\x07\r\n\u202edrowssap\u009b31m";
    const pool = poolResult([detail(name, 50, 50), detail(name, null, null)], {
      name,
      warnings: [name],
      error: { code: "LOW_COVERAGE", message: name, retryable: false, hint: name },
    });
    for (const page of [plainPage, terminal(80)]) {
      const one = renderDocument(documentOf(pool), page);
      const two = renderDocument(documentOf(pool, pool), page);

      expect([...one, ...two].join("")).not.toMatch(/[\p{Cc}\u202e]/u);
    }
  });

  it("fits windows of any size, with any names", () => {
    const pools = fc.array(
      fc.record({
        name: fc.string({ unit: "grapheme" }),
        members: fc.nat(30),
        error: fc.boolean(),
      }),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(
        pools,
        fc.integer({ min: 1, max: 150 }),
        fc.integer({ min: 1, max: 50 }),
        (specs, columns, rows) => {
          const results = specs.map(({ name, members: count, error }) => {
            const details = Array.from({ length: count }, (_, index) =>
              detail(
                `${name}-${index}`,
                index % 3 === 0 ? null : index,
                index % 6 === 0 ? null : 50,
              ),
            );
            return error
              ? { ...failedPool, name }
              : poolResult(details, { name, warnings: [name] });
          });
          const lines = renderDocument(documentOf(...results), { columns, rows, colour: true });

          expect(lines.length).toBeLessThanOrEqual(rows);
          for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(columns);
        },
      ),
      { numRuns: 200 },
    );
  });
});
