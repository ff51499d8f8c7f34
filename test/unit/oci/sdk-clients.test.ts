import { describe, expect, it } from "vitest";
import { ingestionEndpoint } from "../../../src/oci/sdk-clients.ts";

describe("ingestionEndpoint", () => {
  it.each([
    [
      "https://telemetry.us-ashburn-1.oraclecloud.com/20180401",
      "https://telemetry-ingestion.us-ashburn-1.oraclecloud.com",
    ],
    [
      "https://telemetry.us-gov-ashburn-1.oraclegovcloud.com/20180401",
      "https://telemetry-ingestion.us-gov-ashburn-1.oraclegovcloud.com",
    ],
  ])("is, of %s, %s", (telemetry, ingestion) => {
    expect(ingestionEndpoint(telemetry)).toBe(ingestion);
  });
});
