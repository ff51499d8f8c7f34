import { describe, expect, it } from "vitest";
import { contextKeys, logMessages } from "../../src/logger/log-messages.ts";
import {
  documentedKeys,
  documentedMessages,
  exampleLine,
  undocumented,
} from "../support/log-contract.ts";
import { recordingLogger } from "../support/recording-logger.ts";

describe("createLogger", () => {
  it("writes one JSON object a line, with Powertools' keys", () => {
    const { logger, written, lines } = recordingLogger();

    logger.info("Pool measured", { pool: "we\nb\u2028\u0085" });

    expect(written.join("")).toMatch(/^[^\n\u2028\u0085]*\n$/);
    expect(lines()).toEqual([
      {
        level: "INFO",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: "the-service",
        pool: "we\nb\ufffd\ufffd",
        message: "Pool measured",
      },
    ]);
  });

  it("keeps lines below its level to itself", () => {
    const { logger, lines } = recordingLogger({ level: "WARN" });

    logger.info("Pool measured");
    logger.warn("Pool measured, but without a result");
    logger.error("Query failed", new Error("no"));

    expect(lines().map(({ level }) => level)).toEqual(["WARN", "ERROR"]);
  });

  it("gives a child's keys to the child's lines only, and a line's own key precedence", () => {
    const { logger, written, lines } = recordingLogger();
    const child = logger.child({ trigger: "direct", source: "oci" });

    child.child({ source: "prometheus" }).debug("Measuring pool");
    child.debug("Measuring pool");
    logger.debug("Measuring pool");

    expect(lines().map(({ trigger, source }) => [trigger, source])).toEqual([
      ["direct", "prometheus"],
      ["direct", "oci"],
      [undefined, undefined],
    ]);
    expect(written[0]?.match(/"source"/g)).toHaveLength(1);
  });

  it("survives a destination that throws", () => {
    const write = () => {
      throw new Error("ENOSPC");
    };
    const { logger } = recordingLogger({ destination: { write } });

    expect(() => logger.error("Query failed", new Error("no"))).not.toThrow();
  });
});

describe("docs/logging.md", () => {
  it("has a row for every message and every key, and no other", () => {
    const messages = Object.entries(logMessages).map(([message, row]) => ({ message, ...row }));
    const on = (where: string) =>
      documentedKeys.filter((row) => where === row.on).map(({ key }) => key);
    const keysOfMessages = new Set(messages.flatMap(({ keys }) => keys));

    expect(documentedMessages).toEqual(messages);
    expect([...on("invocations"), ...on("requests"), ...on("pools")].sort()).toEqual(
      [...contextKeys].sort(),
    );
    expect(on("messages").sort()).toEqual([...keysOfMessages].sort());
  });

  it("shows a line that keeps to it", () => {
    expect(undocumented(exampleLine)).toEqual([]);
  });

  it.each([
    ["another message", { message: "Something else" }, /^no such message/],
    ["another level", { message: "Pool measured", level: "DEBUG" }, /level must be equal/],
    ["another type", { message: "Pool measured", cpu_average: "5" }, /cpu_average must be number/],
    ["another key", { message: "Pool measured", warning: "a" }, /NOT have additional properties/],
    ["a missing key", { message: "Pool failed", level: "ERROR" }, /must have .* property 'error'/],
    ["a long line", { message: "Event received", event: "x".repeat(20_000) }, /^longer than 16 KB/],
  ])("is broken by %s", (_, keys, problem) => {
    const line = { level: "INFO", timestamp: "2026-11-23T20:40:00.000Z", service: "s", ...keys };

    expect(undocumented(JSON.stringify(line))).toEqual([expect.stringMatching(problem)]);
  });
});
