import { SourceUnavailableError } from "../../src/errors.ts";
import type { HandlerDependencies } from "../../src/handler.ts";
import { PoolSelector } from "../../src/instance-manager/pool-selector.ts";
import { aSigner } from "./signers.ts";

const nobody = async () => {
  throw new SourceUnavailableError("Nobody is there.");
};

/** What a handler has for its checks and selections, in tests that are not about them. */
export const noServices: Pick<
  HandlerDependencies,
  "findPrincipal" | "callsFor" | "serverNamed" | "directory" | "selector"
> = {
  findPrincipal: async () => aSigner,
  callsFor: nobody,
  serverNamed: nobody,
  directory: { getInstancesFromInstancePool: nobody },
  selector: new PoolSelector({
    callsFor: nobody,
    asksMonitoring: () => false,
    learn: () => {},
  }),
};
