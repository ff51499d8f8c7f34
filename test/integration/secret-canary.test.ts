import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Sources } from "../faults/sources.ts";
import { vault } from "../faults/target.ts";
import { World } from "../faults/world.ts";
import type { InjectedFault } from "../support/fault-proxy.ts";
import { echo } from "../support/faults.ts";
import { ociDialect, prometheusDialect } from "../support/source-dialects.ts";

/** The last one opens the circuit breaker. */
const statuses = [200, 400, 401, 403, 404, 422, 429, 500];

const user = "canary-user";
const password = "canary-password-71d0c4";

describe("a secret", () => {
  let sources: Sources;
  beforeAll(async () => {
    sources = await Sources.start();
  });
  afterAll(() => sources.close());

  it.each([
    {
      secret: "the bearer token for Prometheus",
      service: "prometheus",
      environment: {},
      sent: /canary-bearer/,
    },
    {
      secret: "the tenant header for Prometheus",
      service: "prometheus",
      environment: {},
      sent: /canary-tenant-header/,
    },
    {
      secret: "the user and password for Prometheus",
      service: "prometheus",
      environment: {
        PROMETHEUS_BEARER_TOKEN: "",
        PROMETHEUS_USERNAME: user,
        PROMETHEUS_PASSWORD: password,
      },
      sent: new RegExp(Buffer.from(`${user}:${password}`).toString("base64")),
    },
    {
      secret: "the bearer token for Prometheus that is in Vault",
      service: "prometheus",
      environment: vault.environment ?? {},
      sent: /canary-vault-token/,
    },
    {
      secret: "the principal's session token for Vault",
      service: "vault",
      environment: vault.environment ?? {},
      sent: /keyId="ST\$eyJ/,
    },
    {
      secret: "the principal's session token for Compute",
      service: "compute",
      environment: {},
      sent: /keyId="ST\$eyJ/,
    },
    {
      secret: "the principal's session token for Monitoring",
      service: "monitoring",
      environment: {},
      sent: /keyId="ST\$eyJ/,
    },
  ] as const)(
    "is shown to nobody, though the server repeats it: $secret",
    async ({ service, environment, sent }) => {
      const source = service === "prometheus" || service === "vault" ? "prometheus" : "oci";
      const dialect = service === "prometheus" ? prometheusDialect : ociDialect;
      const world = await World.start(sources, { source, environment });
      try {
        const seen: string[] = [];
        for (const status of statuses) {
          world.proxies[service].inject(recording(echo(dialect, status), seen));
          await world.ask();
        }

        // It was there to be shown.
        expect(seen.length).toBeGreaterThanOrEqual(statuses.length);
        for (const headers of seen) expect(headers).toMatch(sent);
        expect(world.leaks()).toEqual([]);
      } finally {
        await world.close();
      }
    },
  );
});

/** Keeps what came, to see that the secret was in it. */
function recording(fault: InjectedFault, seen: string[]): InjectedFault {
  return {
    respond: (exchange) => {
      seen.push(exchange.request.rawHeaders.join(" "));
      return fault.respond(exchange);
    },
  };
}
