import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findExecutable } from "./debian-package.ts";
import { freePort } from "./free-port.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { createTemporaryDirectory } from "./temporary-directory.ts";

/** Where netdata shows its charts to Prometheus. */
export const netdataPath = "/api/v1/allmetrics?format=prometheus";

const plugins = ["timex", "idlejitter", "checks", "apps", "tc", "charts.d", "python.d", "go.d"];

/** A real netdata with the charts of its own process: /proc is what it reads. */
export async function startNetdata(): Promise<ServerProcess> {
  await findExecutable("netdata-core");
  const directory = await createTemporaryDirectory();
  const at = (name: string) => join(directory.path, name);
  const port = await freePort();
  for (const name of ["cache", "lib", "log", "plugins", "web", "stock"]) await mkdir(at(name));
  await writeFile(
    at("netdata.conf"),
    `[global]
 run as user = ${process.getuid?.() === 0 ? "root" : ""}
[directories]
 config = ${directory.path}
 stock config = ${at("stock")}
 cache = ${at("cache")}
 lib = ${at("lib")}
 log = ${at("log")}
 plugins = ${at("plugins")}
 web = ${at("web")}
 home = ${directory.path}
[db]
 mode = ram
[logs]
 error = stderr
 access = off
[web]
 bind to = 127.0.0.1:${port}
[plugins]
 enable running new plugins = no
 cgroups = no
 diskspace = no
 statsd = no
${plugins.map((name) => ` ${name} = no`).join("\n")}
[ml]
 enabled = no
[health]
 enabled = no
`,
  );
  const server = await startServer({
    name: "netdata-core",
    arguments: ["-D", "-c", at("netdata.conf")],
    address: `127.0.0.1:${port}`,
    isReady: async (address, signal) => {
      const response = await fetch(`http://${address}${netdataPath}`, { signal });
      return (await response.text()).includes("\nnetdata_mem_available_MiB_average{");
    },
  });
  const kill = async () => {
    await server.kill();
    await directory.remove();
  };
  return { ...server, kill };
}
