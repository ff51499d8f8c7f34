import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { buildCommand } from "../../build.mjs";
import { demoPoolId, poolOfHosts } from "../../local/demo-tenancy.ts";
import { OciEmulator } from "../../local/oci-emulator/emulator.ts";
import { steady } from "../../local/oci-emulator/tenancy.ts";
import {
  createTemporaryDirectory,
  type TemporaryDirectory,
} from "../support/temporary-directory.ts";

const root = new URL("../..", import.meta.url).pathname;

describe("a new user with a broken ~/.oci/config", () => {
  let home: TemporaryDirectory;
  let emulator: OciEmulator;
  /** The lines of a config file that is right, by key. */
  let right: Readonly<Record<string, string>>;
  let sessionToken: string;
  beforeAll(async () => {
    home = await createTemporaryDirectory();
    await buildCommand({ outfile: join(home.path, "command.cjs") });
    await copyFile(join(root, "dist/func.cjs"), join(home.path, "func.cjs"));
    const pool = poolOfHosts(["inst-a"]);
    const instances = pool.instances.map((one) => ({
      ...one,
      cpu: steady(20),
      memory: steady(40),
    }));
    emulator = await OciEmulator.start({ tenancy: { pools: [{ ...pool, instances }] } });
    const text = await readFile(emulator.createApiKey().configFile, "utf8");
    right = Object.fromEntries(
      [...text.matchAll(/^(\w+)=(.*)$/gm)].map(([, key, value]) => [key, value]),
    );
    sessionToken = emulator.issueToken(-60_000).token;
    await mkdir(join(home.path, ".oci"));
  });
  afterAll(async () => {
    await emulator.close();
    await home.remove();
  });

  /** What the command says, as the user calls it. */
  function run(...args: readonly string[]): Promise<string> {
    const { PATH = "" } = process.env;
    const env = {
      PATH,
      HOME: home.path,
      OCI_CORE_ENDPOINT: emulator.url,
      OCI_MONITORING_ENDPOINT: emulator.url,
    };
    const command = [join(home.path, "command.cjs"), "--pool", demoPoolId, ...args];
    return new Promise((resolve) => {
      execFile(process.execPath, command, { env }, (_, stdout, stderr) => resolve(stdout + stderr));
    });
  }

  const config = () => join(home.path, ".oci/config");
  const write = (lines: readonly string[]) => writeFile(config(), `${lines.join("\n")}\n`);
  const edit = async (from: string, to: string) =>
    writeFile(config(), (await readFile(config(), "utf8")).replace(from, to));

  it("mends each of ten faults by what its message says", async () => {
    const { user, tenancy, fingerprint, key_file: keyFile } = right;
    const told: string[] = [];
    /** What the message names is what is mended next. */
    const meet = async (says: RegExp, mend: () => Promise<void>, ...args: readonly string[]) => {
      const output = (await run(...args)).replaceAll(/\s+/g, " ");
      expect(output).toMatch(says);
      told.push(output);
      await mend();
    };

    await meet(/no OCI config file ~\/\.oci\/config\. → Run `oci setup config`/, () =>
      write([`user=${user}`]),
    );
    await meet(/stands before any profile\. → Begin the file with the line \[DEFAULT\]/, () =>
      write(["[DEFAULT]", `user=${user}`, "s3cret"]),
    );
    await meet(/Line 3 of .* is neither \[PROFILE\] nor key=value/, () => edit("s3cret\n", ""));
    await meet(
      /has no profile "PROD"; it has DEFAULT\./,
      () => edit("[DEFAULT]", "[PROD]"),
      "--profile",
      "PROD",
    );
    await meet(
      /has no tenancy, no fingerprint, no key_file\. → Add tenancy=<.*fingerprint=<.*key_file=</,
      () =>
        edit("[PROD]", `[PROD]\ntenancy=mine\nfingerprint=${"0a:".repeat(15)}0a\nkey_file=/k.pem`),
      "--profile",
      "PROD",
    );
    await meet(
      /tenancy that is not the OCID of a tenancy\. → It begins with ocid1\.tenancy\./,
      () => edit("mine", `${tenancy}\nregion=us-ashbrun-1`),
      "--profile",
      "PROD",
    );
    await meet(
      /has a region that OCI does not have\. → Did you mean us-ashburn-1\?/,
      () => edit("us-ashbrun-1", "us-ashburn-1"),
      "--profile",
      "PROD",
    );
    await meet(
      /has the key_file \/k\.pem, and there is no such file\. → Set key_file/,
      () => edit("/k.pem", `"${keyFile}"`),
      "--profile",
      "PROD",
    );
    await meet(
      /key_file in quotes\. → Write key_file=… without quotes/,
      () => edit(`"${keyFile}"`, `${keyFile}\nsecurity_token_file=~/.oci/token`),
      "--profile",
      "PROD",
    );
    await meet(
      /security_token_file ~\/\.oci\/token, and there is no such file\. → Run `oci session authenticate --profile-name PROD`/,
      () => writeFile(join(home.path, ".oci/token"), sessionToken),
      "--profile",
      "PROD",
    );
    await meet(
      /has a token that expired at .* → Run `oci session refresh --profile PROD`/,
      () => edit("security_token_file=~/.oci/token\n", ""),
      "--profile",
      "PROD",
    );
    await meet(
      /has a fingerprint that is not that of its key file/,
      () => edit(`${"0a:".repeat(15)}0a`, `${fingerprint}`),
      "--profile",
      "PROD",
    );

    expect(await run("--profile", "PROD")).toMatch(/^profile PROD .*\nPool web \(oci\): ok/);
    expect(told.join()).not.toMatch(/s3cret|PRIVATE KEY|eyJ/);
  });
});
