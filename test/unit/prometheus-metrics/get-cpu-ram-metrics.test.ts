import { describe, expect, it } from "vitest";
import type { Statistic } from "../../../src/config/pool-spec.ts";
import {
  exportersNamed,
  vocabularyOf,
} from "../../../src/prometheus-metrics/exporters/exporters.ts";
import { getCpuRamMetrics } from "../../../src/prometheus-metrics/get-cpu-ram-metrics.ts";
import { Inquiry } from "../../../src/prometheus-metrics/inquiry.ts";
import { answer, now, row } from "../../support/a-target.ts";

/** Asks about two parts of a pool, where the last step was at `step`, and says when that was to be. */
async function clockOf(statistic: Statistic, step: number, evaluated = step) {
  const times: (number | undefined)[] = [];
  const api = {
    query: async (promql: string, time?: Date) => {
      times.push(time && time.getTime() / 1000);
      return promql.startsWith("{")
        ? answer(row({ __name__: "up", instance: "a" }, [1, 1], [now - 15, now]))
        : answer(row({ mode: "(now)" }, [evaluated], [step]));
    },
    fits: () => true,
    redact: (text: string) => text,
  };
  const { clock } = await getCpuRamMetrics(new Inquiry(api), ['a="1"', 'a="2"'], {
    seconds: 86_400,
    statistic,
    steal: "busy",
    samplesSeconds: 360,
    stepSeconds: 432,
    vocabulary: vocabularyOf(exportersNamed("auto")),
  });
  return { now: clock.now, times };
}

describe("the server's time", () => {
  it("is that of the newest sample, where the last step is minutes ago", async () => {
    expect(await clockOf("max", now - 400)).toEqual({
      now,
      times: [undefined, undefined, now, now],
    });
  });

  it("is what the server says where there are no steps, and on VictoriaMetrics", async () => {
    expect((await clockOf("mean", now - 1)).now).toBe(now - 1);
    expect((await clockOf("max", now - 1, now - 31)).now).toBe(now - 31);
  });
});
