import * as v from "valibot";

/** The middle of a JSON Web Token of OCI's identity service. */
const claims = v.pipe(
  v.string(),
  v.regex(/^[^.]*\.[^.]*\./),
  v.transform((token) => Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8")),
  v.parseJson(),
  v.object({
    exp: v.optional(v.number()),
    sub: v.optional(v.string()),
    res_id: v.optional(v.string()),
    res_tenant: v.optional(v.string()),
    res_compartment: v.optional(v.string()),
    "opc-tenant": v.optional(v.string()),
    tenant: v.optional(v.string()),
  }),
);

/** What a token says of itself, as far as a person may see it; what it doesn't say is undefined. */
export type PrincipalToken = NonNullable<ReturnType<typeof readToken>>;

/**
 * Reads the token: when it expires, the OCID of the function, the instance or the user that it is for, and
 * where they are; undefined when the text is none. It is not verified: that is OCI's part.
 */
export function readToken(token: string) {
  const parsed = v.safeParse(claims, token);
  if (!parsed.success) return undefined;
  const { exp, sub, res_id, res_tenant, tenant, "opc-tenant": opcTenant } = parsed.output;
  const { res_compartment: compartmentId } = parsed.output;
  const expiresAt = new Date((exp ?? Number.NaN) * 1000);
  return {
    expiresAt: Number.isNaN(expiresAt.getTime()) ? undefined : expiresAt,
    subject: [res_id, sub].find((id) => id?.startsWith("ocid1.")),
    tenancyId: res_tenant ?? opcTenant ?? tenant,
    compartmentId,
  };
}
