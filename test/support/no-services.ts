import { SourceUnavailableError } from "../../src/errors.ts";
import type { DoctorDependencies } from "../../src/health/doctor.ts";

const nobody = async () => {
  throw new SourceUnavailableError("Nobody is there.");
};

/** What a handler has for its checks, in tests that are not about them. */
export const noServices: Pick<
  DoctorDependencies,
  "findPrincipal" | "callsFor" | "serverNamed" | "directory"
> = {
  findPrincipal: async () => ({ expiresAt: undefined, functionId: undefined }),
  callsFor: nobody,
  serverNamed: nobody,
  directory: { getInstancesFromInstancePool: nobody },
};
