import { notAuthorizedOrNotFound } from "./service-error.ts";
import { defaultTimeCreated, type EmulatedTenancy } from "./tenancy.ts";

/**
 * GetSecretBundle, of the current version.
 * @throws ServiceError 404
 */
export function getSecretBundle(tenancy: EmulatedTenancy, secretId: string): object {
  const secret = tenancy.secrets?.find(({ id }) => id === secretId);
  if (secret === undefined) throw notAuthorizedOrNotFound();
  return {
    secretId,
    versionNumber: 1,
    versionName: null,
    stages: ["CURRENT", "LATEST"],
    timeCreated: defaultTimeCreated,
    timeOfDeletion: null,
    timeOfExpiry: null,
    metadata: {},
    secretBundleContent: {
      contentType: "BASE64",
      content: Buffer.from(secret.content).toString("base64"),
    },
  };
}
