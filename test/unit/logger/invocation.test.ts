import { describe, expect, it } from "vitest";
import { undocumented } from "../../support/log-contract.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const failure = new Error("no");

describe("an invocation's logger", () => {
  it("has the keys of its invocation, and the next has none of them", async () => {
    const { logger, lines } = recordingLogger();

    await logger.invocation({ cold_start: true, function_name: "f" }, async (log) => {
      log.child({ trigger: "direct" }).debug("Measuring pool");
      logger.debug("A library warns");
    });
    await logger.invocation({ cold_start: false }, async (log) => log.debug("Measuring pool"));
    logger.debug("A library warns");

    const keys = lines().map(({ level, message, timestamp, service, ...rest }) => rest);
    expect(keys).toEqual([
      { cold_start: true, function_name: "f", trigger: "direct" },
      { cold_start: true, function_name: "f" },
      { cold_start: false },
      {},
    ]);
  });

  it("resolves to what was run, and rejects as it does, with its keys gone", async () => {
    const { logger, lines } = recordingLogger();

    expect(await logger.invocation({}, async () => 5)).toBe(5);
    const rejected = logger.invocation({ cold_start: true }, () => Promise.reject(failure));
    await expect(rejected).rejects.toBe(failure);
    logger.debug("A library warns");

    expect(lines()).toEqual([expect.not.objectContaining({ cold_start: true })]);
  });

  it("writes what it held back just before an error, in order, with its own keys", async () => {
    const { logger, lines } = recordingLogger({ level: "WARN" });

    await logger.invocation({ cold_start: true }, async (log) => {
      log.debug("Measuring pool", { window_minutes: 5 });
      log.info("Pool measured", { pool: "web" });
      log.warn("Pool measured, but without a result");
      log.error("Pool failed", failure);
      log.error("Query failed", failure);
    });

    expect(lines()).toMatchObject([
      { level: "WARN", message: "Pool measured, but without a result" },
      { level: "DEBUG", message: "Measuring pool", window_minutes: 5, cold_start: true },
      { level: "INFO", message: "Pool measured", pool: "web" },
      { level: "ERROR", message: "Pool failed" },
      { level: "ERROR", message: "Query failed" },
    ]);
  });

  it("forgets what it held back when its invocation ends", async () => {
    const { logger, lines } = recordingLogger({ level: "INFO" });

    await logger.invocation({}, async (log) => log.debug("Measuring pool"));
    await logger.invocation({}, async (log) => log.error("Request failed", failure));
    logger.debug("A library warns");
    logger.error("Request failed", failure);

    expect(lines().map(({ message }) => message)).toEqual(["Request failed", "Request failed"]);
  });

  it("keeps the keys of work that outlives its invocation, but holds nothing back for it", async () => {
    const { logger, lines } = recordingLogger({ level: "INFO" });

    const late = await logger.invocation({ function_request_id: "a" }, async (log) => log);
    await logger.invocation({ function_request_id: "b" }, async () => {
      late.debug("Measuring pool");
      late.error("Pool failed", failure);
    });

    expect(lines()).toMatchObject([{ message: "Pool failed", function_request_id: "a" }]);
  });

  it("holds back 20 KB, and says how many older lines it dropped", async () => {
    const { logger, written, lines } = recordingLogger({ level: "INFO" });

    await logger.invocation({ cold_start: true }, async (log) => {
      for (let index = 0; index < 100; index += 1) {
        log.debug("Measuring pool", { window_minutes: index, statistic: "x".repeat(900) });
      }
      log.error("Pool failed", failure);
      log.error("Query failed", failure);
    });

    const held = lines().filter(({ level }) => level === "DEBUG");
    const bytes = written.filter((line) => line.includes('"DEBUG"')).join("").length;
    expect(lines().map(({ message }) => message)).toEqual([
      "Older lines were dropped",
      ...held.map(() => "Measuring pool"),
      "Pool failed",
      "Query failed",
    ]);
    expect(lines()[0]).toMatchObject({
      level: "WARN",
      message: "Older lines were dropped",
      cold_start: true,
      dropped_lines: 100 - held.length,
    });
    expect(held.map(({ window_minutes }) => window_minutes)).toEqual(
      held.map((_, index) => 100 - held.length + index),
    );
    expect(bytes).toBeGreaterThan(19_000);
    expect(bytes).toBeLessThanOrEqual(20_480);
    expect(written.flatMap(undocumented)).toEqual([]);
  });

  it("is at DEBUG when its invocation is sampled, and says so", async () => {
    const draws = [0.24, 0.25, 0.99, 0];
    const { logger, lines } = recordingLogger({
      level: "ERROR",
      sampleRate: 0.25,
      random: () => draws.shift() ?? 1,
    });

    for (const id of ["a", "b", "c", "d"]) {
      await logger.invocation({ function_request_id: id }, async (log) => {
        log.debug("Measuring pool");
        log.child({ source: "oci" }).error("Pool failed", failure);
      });
    }

    const seen = lines().map((line) => [
      line["function_request_id"],
      line["level"],
      line["sampling_rate"],
    ]);
    expect(seen).toEqual([
      ["a", "DEBUG", 0.25],
      ["a", "ERROR", 0.25],
      ["b", "DEBUG", undefined],
      ["b", "ERROR", undefined],
      ["c", "DEBUG", undefined],
      ["c", "ERROR", undefined],
      ["d", "DEBUG", 0.25],
      ["d", "ERROR", 0.25],
    ]);
  });

  it.each([
    [0, "nothing"],
    [1, "all"],
  ])("is sampled at the rate %d of %s", async (sampleRate) => {
    const { logger, lines } = recordingLogger({ level: "ERROR", sampleRate });

    for (let index = 0; index < 50; index += 1) {
      await logger.invocation({}, async (log) => log.debug("Measuring pool"));
    }

    expect(lines()).toHaveLength(50 * sampleRate);
  });
});
