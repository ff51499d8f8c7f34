import { readdirSync, readFileSync } from "node:fs";
import { parse as parseHcl } from "@cdktf/hcl2json";
import { beforeAll, describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import { nodeOptions } from "../../../tools/package/contents.ts";
import documented from "./provider-arguments.json" with { type: "json" };

const root = new URL("../../..", import.meta.url).pathname;
const text = (path: string) => readFileSync(`${root}/${path}`, "utf8");
const stack = "deploy/terraform";
const files = readdirSync(`${root}/${stack}`).filter((name) => name.endsWith(".tf"));
const everything = files.map((name) => text(`${stack}/${name}`)).join("\n");
/** Without what stands in comments. */
const code = everything.replaceAll(/^\s*#.*$/gm, "");

interface SchemaVariable {
  readonly type: string;
  readonly dependsOn?: Readonly<Record<string, string>>;
  readonly items?: SchemaVariable;
  readonly default?: unknown;
  readonly required?: boolean;
  readonly enum?: readonly string[];
}

interface Schema {
  readonly variables: Readonly<Record<string, SchemaVariable>>;
  readonly variableGroups: readonly { readonly variables: readonly string[] }[];
  readonly outputs: object;
}

const schema: Schema = parseYaml(text(`${stack}/schema.yaml`));

type Blocks = Readonly<Record<string, readonly Record<string, unknown>[]>>;

interface Parsed {
  readonly variable?: Blocks;
  readonly output?: Blocks;
  readonly resource?: Readonly<Record<string, Blocks>>;
}

const unique = (names: Iterable<string | undefined>) => [...new Set(names)].sort();
const allMatches = (of: string, pattern: RegExp) =>
  unique([...of.matchAll(pattern)].map(([, name]) => name));

describe("the Terraform stack", () => {
  let parsed: readonly Parsed[];
  let variables: Blocks;
  beforeAll(async () => {
    parsed = await Promise.all(
      files.map((name) => parseHcl(name, text(`${stack}/${name}`)) as Promise<Parsed>),
    );
    variables = Object.assign({}, ...parsed.map(({ variable }) => variable));
  });

  it("uses every variable that it declares, and no other", () => {
    const formOnly = Object.values(schema.variables).flatMap(({ dependsOn = {} }) =>
      Object.values(dependsOn),
    );
    const used = unique([...allMatches(code, /\bvar\.(\w+)/g), ...formOnly]);

    expect(used.length).toBeGreaterThan(20);
    expect(used).toEqual(unique(Object.keys(variables)));
  });

  it("uses every local value that it defines, and no other", () => {
    const defined = allMatches(
      [...code.matchAll(/^locals \{\n([\s\S]*?)^\}/gm)].map(([, body]) => body).join("\n"),
      /^ {2}(\w+) += /gm,
    );

    expect(defined.length).toBeGreaterThan(5);
    expect(allMatches(code, /\blocal\.(\w+)/g)).toEqual(defined);
  });

  it("refers only to resources that it makes", () => {
    const made = parsed.flatMap(({ resource = {} }) =>
      Object.entries(resource).flatMap(([type, named]) =>
        Object.keys(named).map((name) => `${type}.${name}`),
      ),
    );
    const referred = allMatches(code.replaceAll(/\bdata\.\w+\.\w+/g, ""), /\b(oci_\w+\.\w+)/g);

    expect(referred.length).toBeGreaterThan(5);
    expect(referred.filter((name) => !made.includes(name ?? ""))).toEqual([]);
  });

  it("gives the heap what the image and the package give it, and says so for another's function", () => {
    expect(code).toContain(`  node_options = "${nodeOptions}"\n`);
    expect(code).toMatch(/^ {2}named_config = \{\n {4}NODE_OPTIONS += local\.node_options$/m);
    expect(code).toMatch(/^output "node_options" \{\n {2}value += local\.node_options$/m);
  });

  it("says what to change before anything is made", () => {
    const refusals = [...code.matchAll(/^ +error_message = "(.*)"$/gm)].map(
      ([, message]) => message,
    );

    expect(refusals.length).toBeGreaterThan(10);
    expect(refusals).toEqual(
      expect.arrayContaining([
        expect.stringMatching(
          /^A function needs a subnet: give a subnet_id .*, or set create_network/,
        ),
        expect.stringMatching(
          /4,096 bytes of configuration: put the pools into the image or the package/,
        ),
        expect.stringMatching(/^Give the image, or the function_id/),
      ]),
    );
  });

  it("is formatted as terraform fmt does it: two spaces, no trailing space, one empty line", () => {
    expect(everything).not.toMatch(/\t|[ \t]\n|\n\n\n|^(?: {2})* \S/m);
  });

  it("says of every variable and output what it is", () => {
    const described = parsed.flatMap(({ variable = {}, output = {} }) =>
      Object.entries({ ...variable, ...output }),
    );

    for (const [name, [block]] of described) {
      expect(block?.["description"], name).toMatch(/^[A-Z].*\.$/);
    }
  });
});

describe("the form of Resource Manager", () => {
  it("asks for every variable once, and for nothing else", async () => {
    const { variable: declared = {} }: Parsed = await parseHcl(
      "variables.tf",
      text(`${stack}/variables.tf`),
    );
    const grouped = schema.variableGroups.flatMap((group) => group.variables);

    expect(Object.keys(schema.variables).sort()).toEqual(Object.keys(declared).sort());
    expect([...grouped].sort()).toEqual(Object.keys(declared).sort());
  });

  it("asks with the type and default that the variable has", async () => {
    const { variable: declared = {} }: Parsed = await parseHcl(
      "variables.tf",
      text(`${stack}/variables.tf`),
    );
    const types = { boolean: "bool", number: "number", array: "list(string)" };

    for (const [name, asked] of Object.entries(schema.variables)) {
      const [block] = declared[name] ?? [];
      const type = Reflect.get(types, asked.type) ?? "string";
      expect({ name, type: `\${${type}}` }).toEqual({ name, type: block?.["type"] });
      if (asked.default !== undefined) expect(asked.default, name).toBe(block?.["default"]);
      if (asked.enum !== undefined) expect(asked.enum, name).toContain(block?.["default"]);
      if (block?.["default"] === undefined) expect(asked.required, name).toBe(true);
    }
  });

  it("names the outputs that there are", async () => {
    const { output = {} }: Parsed = await parseHcl("outputs.tf", text(`${stack}/outputs.tf`));

    expect(Object.keys(schema.outputs).sort()).toEqual(Object.keys(output).sort());
  });
});

describe("the stack's README", () => {
  const readme = text(`${stack}/README.md`);

  it("gives values to variables that there are", () => {
    const [, example = ""] = /```hcl\n([\s\S]*?)```/.exec(readme) ?? [];
    const given = allMatches(example, /^(\w+) += /gm);

    expect(given.length).toBeGreaterThan(5);
    expect(given.filter((name) => !((name ?? "") in schema.variables))).toEqual([]);
  });

  it("names the provider's version that the arguments were compared with", () => {
    const [, version, next] = /^ +version = ">= ([\d.]+), < (\d+)\.0\.0"/m.exec(everything) ?? [];

    expect(version).toBe(documented.provider);
    expect(Number(next)).toBe(Number.parseInt(documented.provider, 10) + 1);
    expect(readme).toContain(`provider ${version}`);
  });
});

describe("the policies", () => {
  /** With a placeholder for each OCID and name. */
  const statementsOf = (of: string, pattern: RegExp) =>
    allMatches(of, pattern).map((statement) =>
      statement?.replaceAll(/\$\{[^}]*\}|<[^>]*>/g, "<>").replaceAll(/\s+/g, " "),
    );
  const ofStack = () => statementsOf(code, /"(Allow [^"]*)"/g);

  it("are those of docs/policies.md, word for word", () => {
    const ofDocumentation = statementsOf(text("docs/policies.md"), /^ *(Allow .*)$/gm);

    expect(ofStack().length).toBeGreaterThan(5);
    // Only the rights of who deploys go further than what the stack gives.
    const others = ofDocumentation.filter((statement) => !statement?.startsWith("Allow group"));
    expect(others).toEqual(ofStack().filter((statement) => !statement?.startsWith("Allow group")));
    expect(ofDocumentation).toEqual(expect.arrayContaining(ofStack()));
  });

  it("that the README shows are among them", () => {
    const shown = statementsOf(text("README.md"), /^ *(Allow .*)$/gm);

    expect(shown.length).toBeGreaterThan(1);
    expect(ofStack()).toEqual(expect.arrayContaining(shown));
  });
});
