import { describe, expect, it } from "vitest";
import { SourceUnavailableError } from "../../src/errors.ts";
import { createLogger } from "../../src/logger.ts";

/** A logger whose lines can be read back. */
function recordingLogger(level: "DEBUG" | "INFO" = "DEBUG") {
  const written: string[] = [];
  const destination = { write: (text: string) => void written.push(text) };
  const logger = createLogger({ level, service: "the-service", destination });
  return { logger, written, lines: () => written.map((text): unknown => JSON.parse(text)) };
}

describe("createLogger", () => {
  it("writes one JSON object a line, with Powertools' keys", () => {
    const { logger, written, lines } = recordingLogger();

    logger.info("Pool\nmeasured", { pool: "web" });

    expect(written.join("")).toMatch(/^[^\n]*\n$/);
    expect(lines()).toEqual([
      {
        level: "INFO",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        service: "the-service",
        pool: "web",
        message: "Pool\nmeasured",
      },
    ]);
  });

  it("keeps lines below its level to itself", () => {
    const { logger, lines } = recordingLogger("INFO");

    logger.debug("step");
    logger.warn("careful");

    expect(lines()).toMatchObject([{ level: "WARN", message: "careful" }]);
  });

  it("gives a child's keys to the child's lines only", () => {
    const { logger, lines } = recordingLogger();

    logger.child({ function_request_id: "call" }).debug("in");
    logger.debug("out");

    expect(lines()).toEqual([
      expect.objectContaining({ message: "in", function_request_id: "call" }),
      expect.not.objectContaining({ function_request_id: "call" }),
    ]);
  });

  it("shows an error with its code and causes, but none of its other properties", () => {
    const { logger, written, lines } = recordingLogger();
    const socket = Object.assign(new Error("connect ECONNREFUSED"), { headers: "Bearer s3cret" });

    logger.error("Query failed", new SourceUnavailableError("can't be reached", { cause: socket }));

    expect(lines()).toMatchObject([
      {
        level: "ERROR",
        error: {
          name: "SourceUnavailableError",
          code: "SOURCE_UNAVAILABLE",
          message: "can't be reached",
          cause: { name: "Error", message: "connect ECONNREFUSED" },
        },
      },
    ]);
    expect(written.join("")).not.toContain("s3cret");
  });

  it.each([undefined, null, "text", { toString: 5 }, 5n])("can log %s being thrown", (thrown) => {
    const { logger, lines } = recordingLogger();

    expect(() => logger.error("Odd", thrown)).not.toThrow();
    expect(lines()).toHaveLength(1);
  });
});
