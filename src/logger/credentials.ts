const credentialName =
  /authorization|token|passw|passphrase|secret|credential|cookie|key|^auth$|headers?$/i;

/** Whether what goes by this name in somebody's JSON is likely to be a credential. */
export function isCredentialName(name: string): boolean {
  return credentialName.test(name);
}

/**
 * The user of a URL, an Authorization header's value, a JSON Web Token, a private key. None of the
 * patterns looks at a character more than a few times, whatever the text is.
 */
const credentials = [
  /(?<=\/\/)[^\s/@]+(?=@)/g,
  /(?<=\b(?:Bearer|Basic) {1,3})[\w.~+/=-]{8,}/gi,
  /(?<![\w-])eyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*-----|$)/g,
];

export const redacted = "[redacted]";

/** The text without what looks like a credential, whoever it belongs to. */
export function hideCredentials(text: string): string {
  return credentials.reduce((hidden, pattern) => hidden.replace(pattern, redacted), text);
}
