import { describe, expect, it } from "vitest";
import { CircuitBreaker } from "../../../src/resilience/circuit-breaker.ts";

/** A breaker whose clock stands still until it is set. */
function breaker() {
  let now = Date.parse("2026-11-23T20:40:00Z");
  const circuit = new CircuitBreaker(() => new Date(now));
  const call = (verdict: "success" | "failure" | "unknown") => {
    if (circuit.state.state === "open") return "refused";
    circuit.report(verdict, circuit.moment);
    return "made";
  };
  const fail = (times: number) => Array.from({ length: times }, () => call("failure"));
  return { circuit, call, fail, wait: (seconds: number) => (now += seconds * 1000) };
}

describe("CircuitBreaker", () => {
  it("opens after five failures in a row, and says until when", () => {
    const { circuit, call, fail } = breaker();

    expect(fail(6)).toEqual([...Array(5).fill("made"), "refused"]);

    expect(call("success")).toBe("refused");
    expect(circuit.state).toEqual({
      state: "open",
      consecutiveFailures: 5,
      retryAt: "2026-11-23T20:40:30.000Z",
    });
  });

  it("stays closed as long as a success comes in between", () => {
    const { circuit, call, fail } = breaker();

    fail(4);
    call("success");
    fail(4);

    expect(circuit.state).toEqual({ state: "closed", consecutiveFailures: 4, retryAt: null });
  });

  it("counts failures of calls that were under way together once", () => {
    const { circuit, fail, call } = breaker();
    const { moment } = circuit;

    for (let index = 0; index < 10; index++) circuit.report("failure", moment);

    expect(circuit.state).toMatchObject({ state: "closed", consecutiveFailures: 1 });
    expect(fail(4)).toEqual(Array(4).fill("made"));
    expect(call("success")).toBe("refused");
  });

  it("lets calls try again after 30 seconds, and closes when one succeeds", () => {
    const { circuit, fail, call, wait } = breaker();
    fail(5);
    wait(30);
    expect(circuit.state.state).toBe("half-open");

    expect(call("success")).toBe("made");

    expect(circuit.state).toEqual({ state: "closed", consecutiveFailures: 0, retryAt: null });
  });

  it("opens again at once when the try fails", () => {
    const { circuit, fail, call, wait } = breaker();
    fail(5);
    wait(31);

    expect(call("failure")).toBe("made");

    expect(circuit.state).toMatchObject({ state: "open", retryAt: "2026-11-23T20:41:01.000Z" });
    expect(call("success")).toBe("refused");
  });

  it("is right after hours in a frozen container, in which no timer ran", () => {
    const { fail, call, wait } = breaker();
    fail(5);

    wait(3 * 3600);

    expect(call("success")).toBe("made");
    expect(fail(4)).toEqual(Array(4).fill("made"));
  });

  it("takes a call that the deadline cut off for neither success nor failure", () => {
    const { circuit, fail, call, wait } = breaker();
    fail(4);
    call("unknown");
    expect(circuit.state.consecutiveFailures).toBe(4);
    fail(1);
    wait(30);

    expect(call("unknown")).toBe("made");

    expect(circuit.state.state).toBe("half-open");
    expect(call("success")).toBe("made");
    expect(circuit.state.state).toBe("closed");
  });

  it("tries again when the clock was set back meanwhile", () => {
    const { fail, call, wait } = breaker();
    fail(5);

    wait(-3600);

    expect(call("success")).toBe("made");
  });
});
