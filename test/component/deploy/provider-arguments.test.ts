import { readdirSync, readFileSync } from "node:fs";
import { parse as parseHcl } from "@cdktf/hcl2json";
import { beforeAll, describe, expect, it } from "vitest";
import { parse as parseYaml } from "yaml";
import documented from "./provider-arguments.json" with { type: "json" };

/**
 * provider-arguments.json: each argument that the stack gives, and each that its blocks require, with
 * type, whether it is required, and the values that it may have, as the OCI provider's documentation
 * and schema have them (website/docs/r and internal/service of oracle/terraform-provider-oci at the
 * version that the file names). Look a new one up there before it goes in.
 */
interface Argument {
  readonly type: string;
  readonly required?: boolean;
  /** `kind=functions`: when its neighbour has that value. */
  readonly requiredWhen?: string;
  readonly allowed?: readonly string[];
}

type Block = Readonly<Record<string, unknown>>;

/** A block of the stack, in its resource, with the path that leads to it. */
interface Placed {
  readonly resource: string;
  readonly path: string;
  readonly block: Block;
}

const table: Readonly<Record<string, Readonly<Record<string, Argument>>>> = documented.resources;
/** What Terraform itself reads. */
const metaArguments = ["count", "for_each", "provider", "lifecycle"];
const stack = new URL("../../../deploy/terraform/", import.meta.url);
const text = (name: string) => readFileSync(new URL(name, stack), "utf8");
const typeNames: Readonly<Record<string, readonly string[]>> = {
  string: ["string"],
  bool: ["bool"],
  // Terraform makes texts of numbers, which some arguments are.
  number: ["int", "float", "string"],
  "list(string)": ["list", "set"],
};

/** Nested blocks of a block, those that are made by `dynamic` among them. */
function nestedBlocks(block: Block): readonly (readonly [string, Block])[] {
  return Object.entries(block).flatMap(([name, value]) => {
    if (name === "dynamic") {
      return Object.entries(value as Readonly<Record<string, readonly Block[]>>).flatMap(
        ([made, all]) =>
          all.flatMap(({ content }) =>
            (content as readonly Block[]).map((inner) => [made, inner] as const),
          ),
      );
    }
    if (!Array.isArray(value) || metaArguments.includes(name)) return [];
    return value.filter((one) => typeof one === "object").map((one) => [name, one] as const);
  });
}

function place(resource: string, path: string, block: Block): readonly Placed[] {
  return [
    { resource, path, block },
    ...nestedBlocks(block).flatMap(([name, inner]) => place(resource, `${path}${name}.`, inner)),
  ];
}

const namesIn = (block: Block) => [
  ...Object.keys(block).filter((name) => name !== "dynamic" && !metaArguments.includes(name)),
  ...Object.keys((block["dynamic"] ?? {}) as object),
];

describe("what the stack gives to the provider", () => {
  let placed: readonly Placed[];
  let variables: Readonly<Record<string, readonly Block[]>>;
  beforeAll(async () => {
    const files = readdirSync(stack).filter((name) => name.endsWith(".tf"));
    const parsed = await Promise.all(files.map((name) => parseHcl(name, text(name))));
    const resources = parsed.flatMap((file) =>
      Object.entries((file["resource"] ?? {}) as Record<string, Record<string, Block[]>>),
    );
    placed = resources.flatMap(([type, named]) =>
      Object.values(named)
        .flat()
        .flatMap((block) => place(type, "", block)),
    );
    variables = Object.assign({}, ...parsed.map((file) => file["variable"] ?? {}));
  });

  const rowOf = ({ resource, path }: Placed, name: string) => table[resource]?.[`${path}${name}`];
  const given = () =>
    placed.flatMap((where) =>
      namesIn(where.block).map((name) => ({ where, name, value: where.block[name] })),
    );

  it("is of many kinds", () => {
    expect(new Set(placed.map(({ resource }) => resource)).size).toBeGreaterThan(18);
    expect(given().length).toBeGreaterThan(200);
  });

  it("has names that the provider has", () => {
    const unknown = given().filter(({ where, name }) => rowOf(where, name) === undefined);
    expect(unknown.map(({ where, name }) => `${where.resource} ${where.path}${name}`)).toEqual([]);
  });

  it("leaves out nothing that is required", () => {
    const missing = placed.flatMap((where) => {
      const { resource, path, block } = where;
      return Object.entries(table[resource] ?? {}).flatMap(([at, { required, requiredWhen }]) => {
        const name = at.slice(path.length);
        if (!at.startsWith(path) || name.includes(".")) return [];
        const [neighbour = "", value] = requiredWhen?.split("=") ?? [];
        const needed = required ?? (value !== undefined && valueNear(where, neighbour) === value);
        return needed && !namesIn(block).includes(name) ? [`${resource} ${at}`] : [];
      });
    });

    expect(missing).toEqual([]);
  });

  /** A condition may name an argument of a block around. */
  function valueNear({ resource, path, block }: Placed, name: string): unknown {
    if (name in block || path === "") return block[name];
    const outerPath = path
      .split(".")
      .slice(0, -2)
      .map((part) => `${part}.`)
      .join("");
    const outer = placed.find(
      (other) =>
        other.resource === resource &&
        other.path === outerPath &&
        nestedBlocks(other.block).some(([, inner]) => inner === block),
    );
    return outer && valueNear(outer, name);
  }

  it("has values of the provider's types", () => {
    const wrong = given().flatMap(({ where, name, value }) => {
      const type = rowOf(where, name)?.type ?? "";
      const own = typesOf(value);
      return own === undefined || own.includes(type)
        ? []
        : [`${where.resource} ${where.path}${name}: ${JSON.stringify(value)} is no ${type}`];
    });

    expect(wrong).toEqual([]);
  });

  /** Undefined for what only Terraform can work out. */
  function typesOf(value: unknown): readonly string[] | undefined {
    if (typeof value === "number") return ["int", "float"];
    if (typeof value === "boolean") return ["bool"];
    if (value === undefined || Array.isArray(value)) return ["list", "set"];
    if (typeof value !== "string") return ["map"];
    const [, variable] = /^\$\{var\.(\w+)\}$/.exec(value) ?? [];
    if (variable !== undefined) {
      const [declared] = variables[variable] ?? [];
      return typeNames[String(declared?.["type"]).replace(/^\$\{(.*)\}$/, "$1")];
    }
    return /^\$\{[^}]*\}$/.test(value) ? undefined : ["string"];
  }

  it("has no value but those that the provider knows", () => {
    const { variables: asked } = parseYaml(text("schema.yaml"));
    const wrong = given().flatMap(({ where, name, value }) => {
      const { allowed } = rowOf(where, name) ?? {};
      if (allowed === undefined || typeof value !== "string") return [];
      const [, variable] = /^\$\{var\.(\w+)\}$/.exec(value) ?? [];
      const values: readonly string[] = variable === undefined ? [value] : asked[variable].enum;
      return values.filter((one) => !allowed.includes(one));
    });

    expect(wrong).toEqual([]);
  });

  it("is all that the table has, but for what its blocks would require", () => {
    const all = new Set(given().map(({ where, name }) => `${where.resource} ${where.path}${name}`));
    const rows = Object.entries(table).flatMap(([resource, names]) =>
      Object.entries(names)
        .filter(([, { required, requiredWhen }]) => !required && requiredWhen === undefined)
        .map(([name]) => `${resource} ${name}`),
    );

    expect(rows.filter((row) => !all.has(row))).toEqual([]);
  });
});
