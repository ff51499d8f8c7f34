import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { FnAgent } from "../../local/fn-agent/fn-agent.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { nodeOptions } from "../../tools/package/contents.ts";
import { nodeExecutable } from "../support/node-release.ts";
import { smallContainerMb } from "../support/small-container.ts";

const bundle = new URL("../../dist/func.cjs", import.meta.url).pathname;
const calls = 20;
/** OCI takes no larger request. */
const bodyBytes = 6 * 1024 * 1024;

const fill = (start: string, part: string, end: string) => {
  const parts = Math.floor((bodyBytes - start.length - end.length) / part.length);
  return `${start}${part.repeat(parts)}${end}`;
};

/** Bodies of 6 MB that are costly in different ways: to read, to check, to answer. */
const bodies: Readonly<Record<string, string>> = {
  "one long text": fill('{"pool":"', "x", '"}'),
  "text that is no JSON": fill("", "{[", ""),
  "many entries about one pool": fill(
    '{"pools":[',
    `{"instancePoolId":"${demoPoolId}"},`,
    `{"instancePoolId":"${demoPoolId}"}]}`,
  ),
  "many names": fill('{"pools":[', '"a",', '"a"]}'),
  "as many keys as are parsed": `{${Array.from({ length: 199_000 }, (_, index) => `"k${index}":1`).join(",")}}`,
  "many unknown keys": `{${Array.from({ length: 400_000 }, (_, index) => `"k${index}":1`).join(",")}}`,
  "deep nesting": fill('{"pool":', "[", ""),
};

/** On a busy machine, each body takes seconds. */
const timeoutMs = 60_000;
vi.setConfig({ testTimeout: 300_000 });

describe.each([22, 24] as const)("in a container of 114 MB, Node %i", (release) => {
  let emulator: OciEmulator;
  let nodePath: string;
  let agent: FnAgent | undefined;
  beforeAll(async () => {
    nodePath = await nodeExecutable(release);
    emulator = await OciEmulator.start({ tenancy: { pools: [poolOfHosts(["a"])] } });
  });
  afterEach(() => agent?.close());
  afterAll(() => emulator.close());

  it.each(Object.keys(bodies))("outlives twenty bodies of 6 MB in a row: %s", async (kind) => {
    const environment = { ...emulator.environment, NODE_OPTIONS: nodeOptions };
    agent = await FnAgent.start({
      bundle,
      nodePath,
      environment,
      memoryMb: smallContainerMb,
      timeoutMs,
    });
    if (!agent.memoryIsLimited) {
      console.warn("Tried without its limit: this machine lets us make no control groups.");
    }
    const { pids } = agent;

    for (let call = 0; call < calls; call++) {
      const { status } = await agent.invoke(bodies[kind]);
      expect([call, status]).toEqual([call, 200]);
    }

    expect(agent.pids).toEqual(pids);
  });
});
