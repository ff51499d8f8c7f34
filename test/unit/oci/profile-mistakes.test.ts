import { createHash, createPublicKey, generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { readEnvironment } from "../../../src/config/environment.ts";
import { authenticate } from "../../../src/oci/authentication.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../../support/temporary-directory.ts";

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const secretPhrase = "s3cret-phrase";
const encrypted = privateKey
  .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: secretPhrase })
  .toString();
const publicPem = createPublicKey(privateKey).export({ type: "spki", format: "pem" }).toString();
const { privateKey: otherKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const ecPem = otherKey.export({ type: "pkcs8", format: "pem" }).toString();
const der = createPublicKey(privateKey).export({ type: "spki", format: "der" });
const fingerprint = createHash("md5").update(der).digest("hex").match(/../g)?.join(":") ?? "";

const now = new Date("2026-11-23T20:40:00Z");
const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString("base64url");
const tokenUntil = (instant: string) =>
  `${encode({ alg: "RS256" })}.${encode({ sub: "ocid1.user.oc1..u", exp: Date.parse(instant) / 1000 })}.c2ln`;
const good = tokenUntil("2026-11-23T21:00:00Z");
const old = tokenUntil("2026-11-23T20:00:00Z");

const tenancy = "tenancy=ocid1.tenancy.oc1..aaaa";
const user = "user=ocid1.user.oc1..aaaa";
const print = `fingerprint=${fingerprint}`;
const keyFile = "key_file=~/.oci/key.pem";
const region = "region=us-ashburn-1";
const whole = ["[DEFAULT]", tenancy, user, print, keyFile, region];
const without = (line: string) => whole.filter((other) => other !== line);
const instead = (line: string, other: string) => whole.map((one) => (one === line ? other : one));
const session = ["[DEFAULT]", tenancy, region, keyFile, "security_token_file=~/.oci/token"];
const cloudShell = ["[DEFAULT]", tenancy, region, "delegation_token_file=~/.oci/token"];

const makeOne =
  "Run `oci setup config` for a profile with an API key, or `oci session authenticate` for one with a session.";
const newKey =
  "Set key_file to the .pem file of the API key. If it is lost, `oci setup config` makes a new one.";
const newSession =
  "Run `oci session authenticate --profile-name DEFAULT`, which makes the key and the token.";
const cloudShellHint =
  "Cloud Shell writes this file: open a new Cloud Shell session. Elsewhere, take a profile with an API key.";
const wholeProfile =
  "`oci setup config` writes a whole profile with an API key, `oci session authenticate --profile-name DEFAULT` one with a session.";
const anotherFingerprint =
  "In the Console, User settings > API keys lists the fingerprint beside each key; take it, or the key file that belongs to it.";
const wholeKey =
  'Set it to all lines of the .pem file: export OCI_CLI_KEY_CONTENT="$(cat ~/.oci/oci_api_key.pem)"';
const wholeEnvironment = {
  OCI_CLI_TENANCY: "ocid1.tenancy.oc1..aaaa",
  OCI_CLI_USER: "ocid1.user.oc1..aaaa",
  OCI_CLI_FINGERPRINT: fingerprint,
  OCI_CLI_KEY_CONTENT: pem,
};
const where = 'profile "DEFAULT" of ~/.oci/config';

interface Mistake {
  /** Lines of ~/.oci/config; undefined where there is no file. */
  readonly config?: readonly string[];
  /** Beside the config file, by name; key.pem is right if not given. */
  readonly files?: Readonly<Record<string, string>>;
  readonly prepare?: (home: string) => void;
  readonly profile?: string;
  readonly region?: string;
  readonly configFile?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly message: string;
  readonly hint: string;
}

const mistakes: Readonly<Record<string, Mistake>> = {
  "no file": {
    message: "There is no OCI config file ~/.oci/config.",
    hint: `${makeOne} If you have one elsewhere, set OCI_CONFIG_FILE or OCI_CLI_CONFIG_FILE to its path.`,
  },
  "no file where it is said to be": {
    config: whole,
    configFile: "~/oci/config",
    message: "There is no OCI config file ~/oci/config.",
    hint: `${makeOne} If you have one elsewhere, set OCI_CONFIG_FILE or OCI_CLI_CONFIG_FILE to its path.`,
  },
  "a directory in place of the file": {
    prepare: (home) => mkdirSync(join(home, ".oci/config")),
    message: "The OCI config file ~/.oci/config can't be read: it is a directory.",
    hint: "OCI_CONFIG_FILE (or OCI_CLI_CONFIG_FILE) is the path of a file, such as ~/.oci/config; its owner may have to run `chmod u+r ~/.oci/config`.",
  },
  "an empty file": {
    config: [],
    message: "The OCI config file ~/.oci/config has no profile.",
    hint: makeOne,
  },
  garbage: {
    config: ["[DEFAULT]", "\u0000\u0001 s3cret"],
    message: "Line 2 of the OCI config file ~/.oci/config is neither [PROFILE] nor key=value.",
    hint: "Correct that line, or put a # before it. Keys and tokens have files of their own.",
  },
  "a key pasted into the file": {
    config: [...whole, ...pem.split("\n")],
    message: "Line 7 of the OCI config file ~/.oci/config is neither [PROFILE] nor key=value.",
    hint: "Correct that line, or put a # before it. Keys and tokens have files of their own.",
  },
  "no profile's name before the first line": {
    config: [tenancy, user],
    message: "Line 1 of the OCI config file ~/.oci/config stands before any profile.",
    hint: "Begin the file with the line [DEFAULT].",
  },
  "a mistyped profile": {
    config: [...whole, "[PRODUCTION]", region],
    profile: "PRODUCTOIN",
    message:
      'The OCI config file ~/.oci/config has no profile "PRODUCTOIN"; it has DEFAULT, PRODUCTION.',
    hint: "Did you mean PRODUCTION? Choose it with --profile or OCI_CONFIG_PROFILE, or run `oci session authenticate --profile-name PRODUCTOIN`.",
  },
  "an unknown profile": {
    config: whole,
    profile: "STAGING",
    message: 'The OCI config file ~/.oci/config has no profile "STAGING"; it has DEFAULT.',
    hint: "Choose one with --profile or OCI_CONFIG_PROFILE, or run `oci session authenticate --profile-name STAGING`.",
  },
  "no tenancy": {
    config: without(tenancy),
    message: `The ${where} has no tenancy.`,
    hint: `Add tenancy=<the tenancy's OCID>. ${wholeProfile}`,
  },
  "no user": {
    config: without(user),
    message: `The ${where} has no user.`,
    hint: `Add user=<the user's OCID>. ${wholeProfile}`,
  },
  "no fingerprint": {
    config: without(print),
    message: `The ${where} has no fingerprint.`,
    hint: `Add fingerprint=<the key's fingerprint>. ${wholeProfile}`,
  },
  "no key file": {
    config: without(keyFile),
    message: `The ${where} has no key_file.`,
    hint: `Add key_file=<the path of the private key>. ${wholeProfile}`,
  },
  "nothing but a region": {
    config: ["[DEFAULT]", region],
    message: `The ${where} has no tenancy, no user, no fingerprint, no key_file.`,
    hint: `Add tenancy=<the tenancy's OCID> and user=<the user's OCID> and fingerprint=<the key's fingerprint> and key_file=<the path of the private key>. ${wholeProfile}`,
  },
  "a user that is a name": {
    config: instead(user, "user=me@example.com"),
    message: `The ${where} has a user that is not the OCID of a user.`,
    hint: "It begins with ocid1.user. and is in the Console under User settings.",
  },
  "a tenancy that is a name": {
    config: instead(tenancy, "tenancy=example"),
    message: `The ${where} has a tenancy that is not the OCID of a tenancy.`,
    hint: "It begins with ocid1.tenancy. and is in the Console under Tenancy details.",
  },
  "a fingerprint cut short": {
    config: instead(print, "fingerprint=aa:bb"),
    message: `The ${where} has a fingerprint that is not sixteen pairs of hex digits with colons between them.`,
    hint: "Copy it from User settings > API keys in the Console.",
  },
  "the fingerprint of another key": {
    config: instead(print, `fingerprint=${"aa:".repeat(15)}aa`),
    message: `The ${where} has a fingerprint that is not that of its key file ~/.oci/key.pem.`,
    hint: anotherFingerprint,
  },
  "a key file that is not there": {
    config: instead(keyFile, "key_file=~/.oci/lost.pem"),
    message: `The ${where} has the key_file ~/.oci/lost.pem, and there is no such file.`,
    hint: newKey,
  },
  "a key file that is a directory": {
    config: instead(keyFile, "key_file=~/.oci"),
    message: `The ${where} has the key_file ~/.oci, which can't be read: it is a directory.`,
    hint: newKey,
  },
  "a key file in quotes": {
    config: instead(keyFile, 'key_file="~/.oci/key.pem"'),
    message: `The ${where} has its key_file in quotes.`,
    hint: "Write key_file=… without quotes: they are taken for a part of the path.",
  },
  "a key file in a word processor's quotes": {
    config: instead(keyFile, "key_file=“~/.oci/key.pem”"),
    message: `The ${where} has its key_file in quotes.`,
    hint: "Write key_file=… without quotes: they are taken for a part of the path.",
  },
  "a line that is there twice": {
    config: [...whole, "fingerprint="],
    message:
      "Line 7 of the OCI config file ~/.oci/config has fingerprint for the second time in its profile.",
    hint: "Keep one of the two lines: `oci` refuses both.",
  },
  "a remark behind the region": {
    config: instead(region, `${region} # home`),
    message: `The ${where} has a region that OCI does not have.`,
    hint: "Did you mean us-ashburn-1?",
  },
  "the key itself as key_file": {
    config: instead(keyFile, `key_file=${pem.replaceAll("\n", "")}`),
    message: `The ${where} has a key_file that is no path.`,
    hint: "Set key_file to the path of the file, and not to what is in it.",
  },
  "a key file that is no PEM": {
    config: whole,
    files: { "key.pem": "s3cret nonsense" },
    message: `The ${where} has the key file ~/.oci/key.pem, which is no private key in PEM.`,
    hint: newKey,
  },
  "the public key": {
    config: whole,
    files: { "key.pem": publicPem },
    message: `The ${where} has the key file ~/.oci/key.pem, which is the public half of the key.`,
    hint: "Set key_file to the private key's .pem file.",
  },
  "an SSH key": {
    config: whole,
    files: { "key.pem": pem.replaceAll("PRIVATE KEY", "OPENSSH PRIVATE KEY") },
    message: `The ${where} has the key file ~/.oci/key.pem, which is an SSH key, not an API key.`,
    hint: newKey,
  },
  "a damaged key": {
    config: whole,
    files: { "key.pem": pem.replace(/^(.{200}).{100}/s, "$1") },
    message: `The ${where} has the key file ~/.oci/key.pem, which is damaged: it can't be read as a private key.`,
    hint: newKey,
  },
  "a key of another kind": {
    config: whole,
    files: { "key.pem": ecPem },
    message: `The ${where} has the key file ~/.oci/key.pem, which is no RSA key.`,
    hint: newKey,
  },
  "an encrypted key without a pass phrase": {
    config: whole,
    files: { "key.pem": encrypted },
    message: `The ${where} has the key file ~/.oci/key.pem, which is encrypted, and has no pass_phrase.`,
    hint: "Add the line pass_phrase=…, or set OCI_CLI_PASSPHRASE.",
  },
  "an encrypted key with a wrong pass phrase": {
    config: [...whole, "pass_phrase=s3cret-guess"],
    files: { "key.pem": encrypted },
    message: `The ${where} has a pass_phrase that does not open the key file ~/.oci/key.pem.`,
    hint: "Correct pass_phrase.",
  },
  "a session's token that is not there": {
    config: session,
    message: `The ${where} has the security_token_file ~/.oci/token, and there is no such file.`,
    hint: newSession,
  },
  "a session's token that is none": {
    config: session,
    files: { token: "s3cret" },
    message: `The ${where} has the security_token_file ~/.oci/token, which holds no token.`,
    hint: newSession,
  },
  "a session that has expired": {
    config: session,
    files: { token: old },
    message: `The ${where} has a token that expired at 2026-11-23T20:00:00.000Z (~/.oci/token).`,
    hint: "Run `oci session refresh --profile DEFAULT`; if the session itself is over, `oci session authenticate --profile-name DEFAULT`.",
  },
  "a session without its key": {
    config: session.filter((line) => line !== keyFile),
    files: { token: good },
    message: `The ${where} has no key_file.`,
    hint: `Add key_file=<the path of the private key>. ${wholeProfile}`,
  },
  "a session whose key is not there": {
    config: session.map((line) => (line === keyFile ? "key_file=~/.oci/lost.pem" : line)),
    files: { token: good },
    message: `The ${where} has the key_file ~/.oci/lost.pem, and there is no such file.`,
    hint: newSession,
  },
  "a token in place of its file": {
    config: session.map((line) => line.replace("~/.oci/token", good)),
    message: `The ${where} has a security_token_file that is no path.`,
    hint: "Set security_token_file to the path of the file, and not to what is in it.",
  },
  "no delegation token": {
    config: cloudShell,
    message: `The ${where} has the delegation_token_file ~/.oci/token, and there is no such file.`,
    hint: cloudShellHint,
  },
  "a delegation token that has expired": {
    config: cloudShell,
    files: { token: old },
    message: `The ${where} has a token that expired at 2026-11-23T20:00:00.000Z (~/.oci/token).`,
    hint: cloudShellHint,
  },
  "Cloud Shell's profile elsewhere": {
    config: cloudShell,
    files: { token: good },
    message: "There is no usable OCI principal (OCI_AUTH=config_file).",
    hint: "Cloud Shell signs as its instance, for its user: that works only there.",
  },
  "a mistyped region": {
    config: instead(region, "region=us-ashbrun-1"),
    message: `The ${where} has a region that OCI does not have.`,
    hint: "Did you mean us-ashburn-1?",
  },
  "a region without its number": {
    config: instead(region, "region=us_ashburn"),
    message: `The ${where} has a region that OCI does not have.`,
    hint: "Did you mean us-ashburn-1?",
  },
  "a region that is none": {
    config: instead(region, "region=somewhere over there"),
    message: `The ${where} has a region that OCI does not have.`,
    hint: "A region is written as us-ashburn-1.",
  },
  "a mistyped region of OCI_CLI_REGION": {
    config: whole,
    region: "eu-frankfrut-1",
    message: `The ${where} is to be used with a region that OCI does not have (OCI_CONFIG_REGION, OCI_CLI_REGION).`,
    hint: "Did you mean eu-frankfurt-1?",
  },
  "too little in the environment to do without a file": {
    environment: { OCI_CLI_USER: "ocid1.user.oc1..aaaa", OCI_CLI_KEY_CONTENT: pem },
    message: "There is no OCI config file ~/.oci/config.",
    hint: `${makeOne} If you have one elsewhere, set OCI_CONFIG_FILE or OCI_CLI_CONFIG_FILE to its path. The environment does without a file when it has OCI_CLI_TENANCY, OCI_CLI_FINGERPRINT, too.`,
  },
  "an environment without a key": {
    environment: { OCI_CLI_FINGERPRINT: fingerprint },
    message: "There is no OCI config file ~/.oci/config.",
    hint: `${makeOne} If you have one elsewhere, set OCI_CONFIG_FILE or OCI_CLI_CONFIG_FILE to its path. The environment does without a file when it has OCI_CLI_TENANCY, OCI_CLI_USER, OCI_CLI_KEY_FILE, too.`,
  },
  "a user of the environment that is a name": {
    config: whole,
    environment: { OCI_CLI_USER: "me@example.com" },
    message: "The environment has a user that is not the OCID of a user (OCI_CLI_USER).",
    hint: "It begins with ocid1.user. and is in the Console under User settings.",
  },
  "a tenancy of the environment that is a name": {
    environment: { ...wholeEnvironment, OCI_CLI_TENANCY: "example" },
    message: "The environment has a tenancy that is not the OCID of a tenancy (OCI_CLI_TENANCY).",
    hint: "It begins with ocid1.tenancy. and is in the Console under Tenancy details.",
  },
  "a fingerprint of the environment that is another key's": {
    config: whole,
    environment: { OCI_CLI_FINGERPRINT: `${"aa:".repeat(15)}aa` },
    message:
      "The environment has a fingerprint that is not that of its key file ~/.oci/key.pem (OCI_CLI_FINGERPRINT).",
    hint: anotherFingerprint,
  },
  "a key file of the environment that is not there": {
    config: whole,
    environment: { OCI_CLI_KEY_FILE: "~/.oci/lost.pem" },
    message:
      "The environment has the key_file ~/.oci/lost.pem, and there is no such file (OCI_CLI_KEY_FILE).",
    hint: newKey.replace("key_file", "OCI_CLI_KEY_FILE"),
  },
  "the key itself as a key file of the environment": {
    config: whole,
    environment: { OCI_CLI_KEY_FILE: pem },
    message: "The environment has a key_file that is no path (OCI_CLI_KEY_FILE).",
    hint: "Set OCI_CLI_KEY_FILE to the path of the file, and not to what is in it.",
  },
  "a path in place of the key": {
    config: whole,
    environment: { OCI_CLI_KEY_CONTENT: "~/.oci/s3cret.pem" },
    message:
      "The environment has the private key, which is no private key in PEM (OCI_CLI_KEY_CONTENT).",
    hint: wholeKey,
  },
  "a key of the environment on one line": {
    environment: { ...wholeEnvironment, OCI_CLI_KEY_CONTENT: pem.replaceAll("\n", "\\n") },
    message:
      "The environment has the private key, which is damaged: it can't be read as a private key (OCI_CLI_KEY_CONTENT).",
    hint: wholeKey,
  },
  "the public key in the environment": {
    environment: { ...wholeEnvironment, OCI_CLI_KEY_CONTENT: publicPem },
    message:
      "The environment has the private key, which is the public half of the key (OCI_CLI_KEY_CONTENT).",
    hint: wholeKey,
  },
  "an encrypted key in the environment without a pass phrase": {
    environment: { ...wholeEnvironment, OCI_CLI_KEY_CONTENT: encrypted },
    message:
      "The environment has the private key, which is encrypted, and has no pass_phrase (OCI_CLI_KEY_CONTENT).",
    hint: "Add the line pass_phrase=…, or set OCI_CLI_PASSPHRASE.",
  },
  "a wrong pass phrase in the environment": {
    config: whole,
    files: { "key.pem": encrypted },
    environment: { OCI_CLI_PASSPHRASE: "s3cret-guess" },
    message:
      "The environment has a pass_phrase that does not open the key file ~/.oci/key.pem (OCI_CLI_PASSPHRASE).",
    hint: "Correct OCI_CLI_PASSPHRASE.",
  },
  "a token file of the environment that is not there": {
    config: whole,
    environment: { OCI_CLI_SECURITY_TOKEN_FILE: "~/.oci/token" },
    message:
      "The environment has the security_token_file ~/.oci/token, and there is no such file (OCI_CLI_SECURITY_TOKEN_FILE).",
    hint: newSession,
  },
  "a delegation token of the environment that has expired": {
    config: whole,
    files: { token: old },
    environment: { OCI_CLI_DELEGATION_TOKEN_FILE: "~/.oci/token" },
    message:
      "The environment has a token that expired at 2026-11-23T20:00:00.000Z (~/.oci/token) (OCI_CLI_DELEGATION_TOKEN_FILE).",
    hint: cloudShellHint,
  },
};

describe("a mistake in an OCI config file", () => {
  let directory: TemporaryDirectory;
  beforeAll(async () => {
    directory = await createTemporaryDirectory();
    vi.stubEnv("HOME", directory.path);
  });
  beforeEach(() => {
    rmSync(join(directory.path, ".oci"), { recursive: true, force: true });
    mkdirSync(join(directory.path, ".oci"));
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await directory.remove();
  });

  function write({ config, files, prepare }: Partial<Mistake>) {
    const folder = join(directory.path, ".oci");
    if (config !== undefined) writeFileSync(join(folder, "config"), config.join("\n"));
    for (const [name, text] of Object.entries({ "key.pem": pem, ...files })) {
      writeFileSync(join(folder, name), text);
    }
    prepare?.(directory.path);
  }

  function auth({ configFile, profile, region: configRegion, environment }: Partial<Mistake>) {
    return readEnvironment({
      OCI_AUTH: "config_file",
      OCI_CONFIG_FILE: configFile,
      OCI_CONFIG_PROFILE: profile,
      OCI_CONFIG_REGION: configRegion,
      ...environment,
    });
  }

  const nowhere = async () => {
    throw new Error("169.254.169.254 does not answer");
  };

  it.each(Object.entries(mistakes))("says what is wrong: %s", async (_, mistake) => {
    write(mistake);

    const error = await authenticate(auth(mistake), now, nowhere).catch((thrown) => thrown);

    expect({ message: error.message, hint: error.hint }).toEqual({
      message: mistake.message,
      hint: mistake.hint,
    });
    expect(error.code).toBe("NOT_AUTHENTICATED");
    expect(JSON.stringify([error.message, error.hint])).not.toMatch(/s3cret|MII|eyJ/);
  });

  it("says that a file may not be read", async () => {
    write({ config: whole });
    chmodSync(join(directory.path, ".oci/config"), 0);

    const read = authenticate(auth({}), now);

    // Root may read everything.
    if (process.getuid?.() === 0) await expect(read).resolves.toBeDefined();
    else await expect(read).rejects.toMatchObject({ message: expect.stringMatching(/permission/) });
  });

  it.each([
    ["a new region of a known place", "region=us-ashburn-2", "us-ashburn-2"],
    ["a region's key", "region=FRA", "eu-frankfurt-1"],
    ["no region at all", "# nothing", undefined],
  ])("lets %s pass", async (_, line, expected) => {
    write({ config: instead(region, line) });

    expect((await authenticate(auth({}), now)).region).toBe(expected);
  });

  it("reads what oci reads: comments, colons, DEFAULT behind a profile, an encrypted key", async () => {
    const lines = ["; a comment", ...whole, "[OTHER]", "region : eu-frankfurt-1"];
    write({
      config: ["\ufeff# first", ...lines, `pass_phrase=${secretPhrase}`],
      files: { "key.pem": `${encrypted}OCI_API_KEY\n` },
    });

    const { identify } = await authenticate(auth({ profile: "OTHER" }), now);

    expect(await identify()).toEqual({
      kind: "api_key",
      id: "ocid1.user.oc1..aaaa",
      tenancyId: "ocid1.tenancy.oc1..aaaa",
      region: "eu-frankfurt-1",
      profile: 'profile "OTHER" of ~/.oci/config',
      expiresAt: undefined,
    });
  });

  it.each([
    ["a whole user", undefined, wholeEnvironment, "environment"],
    [
      "a key, before that of the file",
      whole,
      { OCI_CLI_KEY_CONTENT: pem },
      'profile "DEFAULT" of ~/.oci/config',
    ],
    [
      "a pass phrase",
      whole,
      { OCI_CLI_PASSPHRASE: secretPhrase },
      'profile "DEFAULT" of ~/.oci/config',
    ],
  ])("takes %s from the environment, and says so", async (_, config, environment, from) => {
    const isKeyUnread = "OCI_CLI_KEY_CONTENT" in environment;
    write({
      ...(config === undefined ? {} : { config }),
      files: { "key.pem": isKeyUnread ? "s3cret nonsense" : encrypted },
    });

    const { identify, signer } = await authenticate(auth({ environment }), now);
    const headers = new Headers();
    await signer.signHttpRequest({ uri: "https://iaas.example.com/x", method: "GET", headers });

    expect(headers.get("authorization")).toContain(
      `keyId="ocid1.tenancy.oc1..aaaa/ocid1.user.oc1..aaaa/${fingerprint}"`,
    );
    expect(await identify()).toMatchObject({
      kind: "api_key",
      profile: `${from} (${Object.keys(environment).join(", ")})`,
    });
  });
});
