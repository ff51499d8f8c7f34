import { common } from "oci-sdk";
import type { Environment } from "../config/environment.ts";
import { parseOcid } from "../config/ocid.ts";
import { type Profile, readProfile } from "./config-file.ts";
import type { Principal, Signer } from "./principal.ts";
import { readPrivateKey, readTokenFile } from "./profile-files.ts";
import { checkedRegion } from "./regions.ts";

type Provider = common.AuthenticationDetailsProvider;

/** What each key of a profile with an API key is, for those who lack it. */
const apiKeyParts = {
  tenancy: "the tenancy's OCID",
  user: "the user's OCID",
  fingerprint: "the key's fingerprint",
  key_file: "the path of the private key",
} as const;

/**
 * Who a profile of an OCI config file signs as: a Cloud Shell's user with `delegation_token_file`, a
 * session with `security_token_file`, else the owner of its API key. The profile is judged here,
 * because the SDK has one message for everything, ignores a session's token, and quotes lines.
 * @throws NotAuthenticatedError that says what is wrong with the profile, and what to run.
 */
export async function principalOfProfile(
  environment: Environment,
  now: Date,
  findInstance: () => Promise<Provider>,
): Promise<Principal> {
  const profile = readProfile(environment);
  const region = checkedRegion(profile, environment.OCI_CONFIG_REGION);
  const tenancyId = profile.value("tenancy");
  const known = { tenancyId, region, profile: profile.shown, expiresAt: undefined };
  const tokenOf = (key: Parameters<typeof readTokenFile>[1]) => {
    const { token, claims } = readTokenFile(profile, key, now);
    const { subject: id, expiresAt } = claims;
    return { token, user: { ...known, id, expiresAt, tenancyId: claims.tenancyId ?? tenancyId } };
  };
  if (profile.value("delegation_token_file") !== undefined) {
    const { token, user } = tokenOf("delegation_token_file");
    const instance = await findInstance();
    const delegation = {
      getAuthType: () => "instance_principal",
      getDelegationToken: () => token,
      getProvider: () => instance,
    };
    return principal({ ...keyProvider("", ""), ...delegation }, { ...user, kind: "cloud_shell" });
  }
  if (profile.value("security_token_file") !== undefined) {
    requireParts(profile, ["key_file"]);
    const { token, user } = tokenOf("security_token_file");
    // The SDK's SessionAuthDetailProvider does the same, but reads the file itself, and only once.
    const provider = keyProvider(`ST$${token}`, readPrivateKey(profile, true));
    return principal(provider, { ...user, kind: "session" });
  }
  if (profile.value("authentication_type") === "instance_principal") {
    return principal(await findInstance(), { ...known, kind: "instance_principal", id: undefined });
  }
  requireParts(profile, ["tenancy", "user", "fingerprint", "key_file"]);
  checkShapes(profile);
  const id = profile.value("user");
  const keyId = `${tenancyId}/${id}/${profile.value("fingerprint")}`;
  const provider = keyProvider(keyId, readPrivateKey(profile, false));
  return principal(provider, { ...known, kind: "api_key", id });
}

function principal(provider: Provider, signer: Signer): Principal {
  const { expiresAt, region } = signer;
  const identify = async () => signer;
  return { signer: new common.DefaultRequestSigner(provider), region, expiresAt, identify };
}

function keyProvider(keyId: string, privateKey: string): Provider {
  return {
    getKeyId: async () => keyId,
    getPrivateKey: () => privateKey,
    getPassphrase: () => null,
  };
}

/** All that are missing at once. */
function requireParts(profile: Profile, parts: readonly (keyof typeof apiKeyParts)[]): void {
  const has = (part: string) => profile.value(part) !== undefined;
  const missing = parts.filter(
    (part) => !has(part) && !(part === "key_file" && has("key_content")),
  );
  if (missing.length === 0) return;
  const lines = missing.map((part) => `${part}=<${apiKeyParts[part]}>`).join(" and ");
  throw profile.error(
    `has no ${missing.join(", no ")}`,
    `Add ${lines}. \`oci setup config\` writes a whole profile with an API key, \`oci session authenticate --profile-name ${profile.name}\` one with a session.`,
  );
}

function checkShapes(profile: Profile): void {
  for (const part of ["tenancy", "user"] as const) {
    if (parseOcid(profile.value(part) ?? "", part) !== undefined) continue;
    const hint = `It begins with ocid1.${part}. and is in the Console under ${part === "user" ? "User settings" : "Tenancy details"}.`;
    throw profile.error(`has a ${part} that is not the OCID of a ${part}`, hint, part);
  }
  if (/^([0-9a-f]{2}:){15}[0-9a-f]{2}$/i.test(profile.value("fingerprint") ?? "")) return;
  throw profile.error(
    "has a fingerprint that is not sixteen pairs of hex digits with colons between them",
    "Copy it from User settings > API keys in the Console.",
    "fingerprint",
  );
}
