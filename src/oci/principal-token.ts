import * as v from "valibot";

/** What a principal's token says of itself, as far as a person may see it. */
export interface PrincipalToken {
  /** Undefined when there is no token, as with an API key, or it doesn't say. */
  readonly expiresAt: Date | undefined;
  /** OCID of the function that signs; undefined for any other principal. */
  readonly functionId: string | undefined;
}

const claims = v.object({
  exp: v.optional(v.number()),
  res_type: v.optional(v.string()),
  res_id: v.optional(v.string()),
});

/**
 * Reads the JSON Web Token in the key id of a resource or instance principal, `ST$<token>`. It is
 * not verified: that is OCI's part, and nothing is decided by it.
 */
export function readPrincipalToken(keyId: string): PrincipalToken {
  const parsed = v.safeParse(claims, payloadOf(keyId));
  const { exp, res_type, res_id } = parsed.success ? parsed.output : {};
  const expiresAt = new Date((exp ?? Number.NaN) * 1000);
  return {
    expiresAt: Number.isNaN(expiresAt.getTime()) ? undefined : expiresAt,
    functionId: res_type === "fnfunc" ? res_id : undefined,
  };
}

function payloadOf(keyId: string): unknown {
  const payload = /^ST\$[^.]*\.([^.]*)\./.exec(keyId)?.[1];
  if (payload === undefined) return undefined;
  try {
    return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  } catch {
    return undefined;
  }
}
