import { describe, expect, it } from "vitest";
import { readPrincipalToken } from "../../../src/oci/principal-token.ts";

const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString("base64url");
const keyIdOf = (claims: unknown) => `ST$${encode({ alg: "RS256" })}.${encode(claims)}.signature`;
const nothing = { expiresAt: undefined, functionId: undefined };

describe("readPrincipalToken", () => {
  it("reads when a function's token expires, and whose it is", () => {
    const keyId = keyIdOf({ exp: 1_795_467_300, res_type: "fnfunc", res_id: "ocid1.fnfunc.x" });

    expect(readPrincipalToken(keyId)).toEqual({
      expiresAt: new Date(1_795_467_300_000),
      functionId: "ocid1.fnfunc.x",
    });
  });

  it("calls no other resource a function", () => {
    const keyId = keyIdOf({ exp: 1_795_467_300, res_type: "instance", res_id: "ocid1.instance.x" });

    expect(readPrincipalToken(keyId).functionId).toBeUndefined();
  });

  it.each([
    ["an API key", "ocid1.tenancy/ocid1.user/aa:bb"],
    ["a token that is none", "ST$not.a-token.at-all"],
    ["a token without an end", keyIdOf({ sub: "x" })],
    ["an end that is no time", keyIdOf({ exp: 1e20 })],
    ["claims of other types", keyIdOf({ exp: "soon" })],
  ])("knows nothing of %s", (_, keyId) => {
    expect(readPrincipalToken(keyId)).toEqual(nothing);
  });
});
