/**
 * `ocid1.<type>.<realm>.[region][.future use].<unique id>`, from Oracle's "Resource Identifiers".
 * OCIDs end up inside URLs and MQL strings, so nothing but this alphabet is let in.
 */
const ocidPattern =
  /^ocid1\.(?<type>[a-z0-9]+)\.(?<realm>[a-z0-9-]+)\.(?<region>[a-z0-9-]*)(?:\.[a-z0-9-]+)?\.[a-z0-9-]+$/;

const maximumLength = 255;

/**
 * The OCID in its canonical lower case, or undefined when `text` is no OCID of one of `types`.
 * Some services write OCIDs in upper case, and they mean the same resource.
 */
export function parseOcid(text: string, ...types: readonly string[]): string | undefined {
  if (text.length > maximumLength) return undefined;
  const ocid = text.toLowerCase();
  const type = ocidPattern.exec(ocid)?.groups?.["type"];
  return type !== undefined && types.includes(type) ? ocid : undefined;
}

/** The region part of an OCID: a key ("iad") for the oldest regions, else an id; or undefined. */
export function regionOfOcid(ocid: string): string | undefined {
  return ocidPattern.exec(ocid.toLowerCase())?.groups?.["region"] || undefined;
}

/** The region that a pool's spec names, else that of its OCID; empty where neither says it. */
export function regionOf(spec: {
  readonly region: string | undefined;
  readonly instancePoolId: string;
}): string {
  return spec.region ?? regionOfOcid(spec.instancePoolId) ?? "";
}
