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

/** What terminals and log collectors take for the end of a line or a command, but JSON doesn't escape. */
const controls = /[\u007f-\u009f\u2028\u2029]/g;

const halfCharacter = /[\ud800-\udbff]$/;

const charactersShown = 2_000;
/** Searching megabytes for secrets would take longer than the call may. */
const charactersRead = 50_000;

/**
 * The text of one part of a line: without credentials and control characters, and never more bytes
 * than the part has room for, give or take the marks of what was cut.
 */
export class LineText {
  #room: number;

  constructor(bytes: number) {
    this.#room = bytes;
  }

  get full(): boolean {
    return this.#room <= 0;
  }

  /** Takes the room of a value that is no text. */
  take(bytes: number): void {
    this.#room -= bytes;
  }

  /** Redacts before it cuts: half a secret would not be known for one. */
  of(raw: string, characters = charactersShown): string {
    const text = credentials.reduce(
      (hidden, pattern) => hidden.replace(pattern, redacted),
      raw.slice(0, charactersRead),
    );
    const shown = this.#fitting(text.slice(0, characters).replace(controls, "\ufffd"));
    this.take(jsonBytes(shown));
    if (shown.length === text.length && raw.length <= charactersRead) return shown;
    return `${shown.replace(halfCharacter, "")}… (${raw.length} characters)`;
  }

  #fitting(text: string): string {
    if (jsonBytes(text) <= this.#room) return text;
    // No UTF-16 unit takes more than six bytes in JSON.
    return text.slice(0, Math.max(0, Math.floor(this.#room / 6)));
  }
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
