import { describe, expect, it } from "vitest";
import { readToken } from "../../../src/oci/principal-token.ts";

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
const tokenOf = (claims: unknown) => `${encode({ alg: "RS256" })}.${encode(claims)}.signature`;

describe("readToken", () => {
  it.each([
    [
      "a function",
      { res_type: "fnfunc", res_id: "ocid1.fnfunc.x", res_tenant: "ocid1.tenancy.t", sub: "x" },
      { subject: "ocid1.fnfunc.x", tenancyId: "ocid1.tenancy.t" },
    ],
    [
      "an instance",
      { sub: "ocid1.instance.x", "opc-tenant": "ocid1.tenancy.t" },
      { subject: "ocid1.instance.x", tenancyId: "ocid1.tenancy.t" },
    ],
    [
      "a user's session",
      { sub: "ocid1.user.x", tenant: "ocid1.tenancy.t", ptype: "user" },
      { subject: "ocid1.user.x", tenancyId: "ocid1.tenancy.t" },
    ],
  ])("reads whose the token of %s is, and when it expires", (_, claims, known) => {
    const expiresAt = new Date(1_795_467_300_000);

    expect(readToken(tokenOf({ ...claims, exp: 1_795_467_300 }))).toEqual({ ...known, expiresAt });
  });

  it.each([
    ["a token without an end", tokenOf({ sub: "x" })],
    ["an end that is no time", tokenOf({ exp: 1e20 })],
  ])("knows nothing of %s", (_, token) => {
    expect(readToken(token)).toEqual({
      expiresAt: undefined,
      subject: undefined,
      tenancyId: undefined,
    });
  });

  it.each([
    ["an API key", "ocid1.tenancy/ocid1.user/aa:bb"],
    ["text that is no token", "not.a-token.at-all"],
    ["claims of other types", tokenOf({ exp: "soon" })],
  ])("takes %s for no token", (_, token) => {
    expect(readToken(token)).toBeUndefined();
  });
});
