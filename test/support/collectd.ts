import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { findExecutable, findLibraries } from "./debian-package.ts";
import { freePort } from "./free-port.ts";
import { type ServerProcess, startServer } from "./server-process.ts";
import { createTemporaryDirectory } from "./temporary-directory.ts";

/** A real collectd that shows this machine's CPU and memory to Prometheus, each second anew. */
export async function startCollectd(): Promise<ServerProcess> {
  const { path } = await findExecutable("collectd-core");
  const usr = dirname(dirname(path));
  const directory = await createTemporaryDirectory();
  const port = await freePort();
  const file = join(directory.path, "collectd.conf");
  await writeFile(
    file,
    `Hostname "this-machine"
FQDNLookup false
BaseDir "${directory.path}"
PIDFile "${directory.path}/pid"
PluginDir "${join(usr, "lib/collectd")}"
TypesDB "${join(usr, "share/collectd/types.db")}"
Interval 1
LoadPlugin cpu
LoadPlugin memory
LoadPlugin write_prometheus
<Plugin write_prometheus>
  Port "${port}"
</Plugin>
`,
  );
  const server = await startServer({
    name: "collectd-core",
    arguments: ["-f", "-C", file],
    environment: {
      LD_LIBRARY_PATH: await findLibraries(["libmicrohttpd12", "libprotobuf-c1"]),
    },
    address: `127.0.0.1:${port}`,
    isReady: async (address, signal) => {
      const response = await fetch(`http://${address}/metrics`, { signal });
      return (await response.text()).includes("\ncollectd_memory{");
    },
  });
  const kill = async () => {
    await server.kill();
    await directory.remove();
  };
  return { ...server, kill };
}
