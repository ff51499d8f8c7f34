import { copyFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import type { Cell, Outcome } from "./cell.ts";
import { tenancy } from "./sources.ts";
import type { WorldOptions } from "./world.ts";

const target = "authentication";
/** A token's instants are whole seconds, so that it lives for up to a second less. */
const shortLifeMs = 3_000;
const minuteMs = 60_000;

/** What is wrong with who asks, or with the clock that tells; each has an emulator of its own. */
export const authenticationCells: readonly Cell[] = [
  withPrincipal("expired token", {
    emulator: { tokenLifetimeMs: -1_000 },
    expected: ["NOT_AUTHENTICATED"],
    heal: (emulator) => emulator.rotatePrincipal({ lifetimeMs: 10 * minuteMs }),
  }),
  withPrincipal("token expired between calls, and another in its place", {
    emulator: { tokenLifetimeMs: shortLifeMs },
    expected: ["ok"],
    warm: true,
    sleeps: true,
    inject: async (emulator) => {
      emulator.rotatePrincipal({ lifetimeMs: 10 * minuteMs });
      await delay(shortLifeMs);
    },
    heal: () => {},
  }),
  withPrincipal("token and key replaced before they expire", {
    expected: ["ok"],
    warm: true,
    inject: (emulator) => emulator.rotatePrincipal(),
    heal: () => {},
  }),
  withPrincipal("wrong key", {
    emulator: { tokenLifetimeMs: shortLifeMs },
    expected: ["NOT_AUTHENTICATED"],
    sleeps: true,
    inject: async (emulator) => {
      const stranger = await OciEmulator.start({ tenancy });
      stranger.rotatePrincipal();
      copyFileSync(keyFileOf(stranger), keyFileOf(emulator));
      await stranger.close();
    },
    heal: async (emulator) => {
      emulator.rotatePrincipal({ lifetimeMs: 10 * minuteMs });
      await delay(shortLifeMs);
    },
  }),
  clockSkew("clock 10 minutes fast", -10 * minuteMs),
  clockSkew("clock 10 minutes slow", 10 * minuteMs),
  noPrincipal("no principal"),
];

interface PrincipalFault {
  readonly emulator?: Omit<Parameters<typeof OciEmulator.start>[0], "tenancy">;
  readonly environment?: (emulator: OciEmulator) => Readonly<Record<string, string>>;
  readonly expected: readonly Outcome[];
  readonly warm?: boolean;
  readonly sleeps?: boolean;
  readonly inject?: (emulator: OciEmulator) => unknown;
  readonly heal: (emulator: OciEmulator) => unknown;
}

function withPrincipal(fault: string, about: PrincipalFault): Cell {
  const { expected, warm = false, sleeps = false } = about;
  const emulatorOf = ({ options }: { readonly options: WorldOptions }) => {
    if (options.emulator === undefined) throw new Error("This cell has an emulator of its own.");
    return options.emulator;
  };
  return {
    target,
    fault,
    expected,
    asked: "any",
    makesKeys: true,
    sleeps,
    options: async () => {
      const emulator = await OciEmulator.start({ tenancy, ...about.emulator });
      const environment = about.environment?.(emulator) ?? {};
      return { source: "oci", emulator, environment };
    },
    warm,
    inject: (world) => about.inject?.(emulatorOf(world)),
    heal: (world) => about.heal(emulatorOf(world)),
  };
}

/** It is the service whose clock is moved: to the function that is the same. */
function clockSkew(fault: string, serviceSkewMs: number): Cell {
  let skewMs = 0;
  return withPrincipal(fault, {
    emulator: { now: () => new Date(Date.now() + skewMs) },
    expected: ["NOT_AUTHENTICATED"],
    inject: () => {
      skewMs = serviceSkewMs;
    },
    heal: () => {
      skewMs = 0;
    },
  });
}

/** It comes later. */
function noPrincipal(fault: string): Cell {
  let install = () => {};
  return withPrincipal(fault, {
    expected: ["NOT_AUTHENTICATED"],
    environment: (emulator) => {
      const { configFile, profile } = emulator.createApiKey();
      const later = `${configFile}-later`;
      install = () => copyFileSync(configFile, later);
      return {
        OCI_AUTH: "config_file",
        OCI_CONFIG_FILE: later,
        OCI_CONFIG_PROFILE: profile,
      };
    },
    heal: () => install(),
  });
}

function keyFileOf({ environment }: OciEmulator): string {
  return environment["OCI_RESOURCE_PRINCIPAL_PRIVATE_PEM"] ?? "";
}
