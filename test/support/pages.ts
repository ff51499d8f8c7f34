import { readdirSync, readFileSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** The project's folder. */
export const root = new URL("../..", import.meta.url).pathname;

/** The text of a file of the project, or of another by its whole path. */
export function read(path: string): string {
  return readFileSync(isAbsolute(path) ? path : join(root, path), "utf8");
}

/** Every page, by its path in the project. */
export const pages: readonly string[] = [
  ...readdirSync(root).filter((name) => name.endsWith(".md")),
  ...readdirSync(join(root, "docs")).flatMap((name) =>
    name.endsWith(".md") ? `docs/${name}` : [],
  ),
  "deploy/terraform/README.md",
  "deploy/dashboards/README.md",
  "examples/README.md",
];

/** The fenced blocks of a language, "" for those of none. */
export function blocks(page: string, language: string): readonly string[] {
  const found: string[] = [];
  const fences = read(page).matchAll(/^( *)```(.*)\n([\s\S]*?)^\1```$/gm);
  for (const [, , name = "", block = ""] of fences) {
    if (new RegExp(`^${language}$`).test(name)) found.push(block);
  }
  return found;
}
