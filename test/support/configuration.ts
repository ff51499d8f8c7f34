import { type Configuration, readConfiguration } from "../../src/config/configuration.ts";
import { readEnvironment } from "../../src/config/environment.ts";

/** The configuration that these variables make; `files` stands for the image's file system. */
export function configurationOf(
  variables: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string>> = {},
): Configuration {
  return readConfiguration(readEnvironment(variables), (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`ENOENT: ${path}`);
    return text;
  });
}
