import { buildFunction } from "../../build.mjs";

/** Builds the bundle once, before the integration tests run it. */
export async function setup(): Promise<void> {
  await buildFunction();
}
