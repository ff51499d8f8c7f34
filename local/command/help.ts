import { demoPoolId } from "../demo-tenancy.ts";

/** What `--help` prints; `call` is how the command was called. */
export function helpText(call: string): string {
  return `Runs the function as Fn does, on this machine, and shows how busy instance pools are.

Usage: ${call} [options] [payload]

What is asked (one of them):
  --pool <name|OCID>      This pool, with its members; again for more. A name is one of the
                          configured pools. Shows a table.
  --all                   All configured pools. Shows a table.
  payload                 A request, JSON. Prints the result document, and a table on stderr.
  -f, --file <path>       A request from a file; "-" is standard input.
  --doctor                With one --pool: what is wrong with it, step by step, and what to change.

Who is asked:
  --profile <name>        Your tenancy, with this profile of the OCI config file.
                          Default: OCI_CONFIG_PROFILE, OCI_CLI_PROFILE, DEFAULT.
  --config-file-auth      Your tenancy, with the default profile. --pool, --all and --config mean
                          the same.
  --config <file>         The configured pools, JSON or YAML. Default: POOLS_FILE, POOLS.
  --prometheus-url <url>  The Prometheus server called "default". In the emulated tenancy, the pool
                          then consists of the hosts that it scrapes node_exporter on.
  --demo                  An emulated tenancy; this machine is a member of its pool "web".
                          "npm start" asks it unless told otherwise.

How it is shown:
  -w, --watch [seconds]   Again and again, every 30 seconds if not said otherwise. In a terminal,
                          q or Ctrl-C ends it, and r asks at once.
  --json                  Only JSON on stdout; with --watch, a document a line.
  -v, --verbose           The function's log on stderr, with debug lines.
  -h, --help              Print this.
  --version               Print the version.

The function's own variables count for your tenancy as they do on Fn (OCI_AUTH, OCI_CONFIG_FILE,
PROMETHEUS_BEARER_TOKEN and so on); OCI_AUTH is config_file if not set. Colours are for terminals,
unless NO_COLOR is set.

Exits with 0 when a pool was measured, or the doctor finds it well; with 1 when the document's
status is failed; with 2 when it was called wrongly. --watch ends with what its last document says.

Examples:
  ${call} --demo --all --watch 5
  ${call} --config pools.yaml --all
  ${call} --profile PROD --pool ocid1.instancepool.… --watch
  ${call} --config pools.yaml --pool web --doctor
  ${call} --demo '{"instancePoolId": "${demoPoolId}", "statistic": "max"}'
  ${call} --demo --prometheus-url http://localhost:9090
`;
}
