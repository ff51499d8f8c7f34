import { type Page, wrapped } from "./render/page.ts";

type Entry = readonly [option: string, meaning: string];

const asked: readonly Entry[] = [
  [
    "--pool <name|OCID>",
    "This pool, with its members; again for more. A name is one of the configured pools.",
  ],
  ["--all", "All configured pools."],
  ["--compartment <OCID>", "All pools of a compartment."],
  ["  --subcompartments", "Those of the compartments below it, too."],
  ["  --name <name>", "Only pools with this display name; * stands for any text."],
  [
    "  --tag <key=value>",
    "Only pools with this tag; namespace.key=value is a defined tag. Again for more: all must match.",
  ],
  ["payload", "A request, JSON."],
  ["-f, --file <path>", 'A request from a file; "-" is standard input.'],
  ["--doctor", "With one --pool: what is wrong with it, step by step, and what to change."],
  ["--health", "Whether each part of the function is fit to measure, and who signs."],
];

const measured: readonly Entry[] = [
  ["--window <minutes>", "How far to look back, 1 to 1440."],
  ["--statistic <name>", "mean, max, min, p50, p90, p95 or p99, over time."],
  ["--source <name>", "oci or prometheus."],
];

const tenancies: readonly Entry[] = [
  [
    "--profile <name>",
    'Your tenancy, with this profile of the OCI config file. Default: the one that "oci" would use.',
  ],
  [
    "--config-file-auth",
    "Your tenancy, with the default profile. --pool, --all, --compartment and --config mean the same.",
  ],
  [
    "--config <file>",
    "The configured pools, JSON or YAML. Default: POOLS_FILE, POOLS. With --demo, they are emulated.",
  ],
  [
    "--prometheus-url <url>",
    'The Prometheus server called "default". In the emulated tenancy, the pool then consists of the hosts that it scrapes node_exporter on.',
  ],
  [
    "--demo",
    'An emulated tenancy; this machine is a member of its pool "web". "npm start" asks it unless told otherwise.',
  ],
];

const shown: readonly Entry[] = [
  [
    "-w, --watch [seconds]",
    "Again and again, every 30 seconds if not said otherwise. In a terminal, ? shows the keys.",
  ],
  ["--json", "Only JSON on stdout; with --watch, a document a line."],
  [
    "--fail-on <conditions>",
    "Exit with 3 when one holds for a pool, as in 'partial|cpu>80|memory>90|coverage<0.8'. What was not measured may be anything: conditions on it hold.",
  ],
  ["-v, --verbose", "The function's log on stderr, with debug lines."],
  ["-h, --help", "Print this."],
  ["--version", "Print the version."],
];

const exitCodes: readonly Entry[] = [
  ["0", "a pool was measured, or the doctor or --health finds nothing wrong"],
  ["1", "the document's status is failed"],
  ["2", "the command was called wrongly"],
  ["3", "a condition of --fail-on holds"],
];

const variables =
  "The variables of the OCI CLI count (OCI_CLI_PROFILE, OCI_CLI_AUTH and so on, ~/.oci/oci_cli_rc), HTTPS_PROXY and NO_PROXY for OCI, and the function's own as on Fn (OCI_AUTH, PROMETHEUS_BEARER_TOKEN and so on). Colours are for terminals, unless NO_COLOR is set.";

/** Lines are easier to read when they are no longer. */
const widest = 80;
const labelWidth = "-f, --file <path>".length + 7;

/** What `--help` prints; `call` is how the command was called. */
export function helpText(call: string, { columns = widest }: Pick<Page, "columns">): string {
  const page: Page = { columns: Math.min(columns, widest), rows: undefined, colour: false };
  const text = (sentences: string) => wrapped(page, "", sentences);
  const table = (title: string, entries: readonly Entry[]) => [
    `${title}:`,
    ...entries.flatMap(([option, meaning]) => entry(page, option, meaning)),
  ];
  const lines = [
    ...text(
      "Runs the function as Fn does, on this machine, and shows how busy instance pools are.",
    ),
    "",
    `Usage: ${call} [options] [payload]`,
    "",
    ...table("What is asked (one of them)", asked),
    "",
    ...table("How it is measured, whatever is configured", measured),
    "",
    ...table("Who is asked", tenancies),
    "",
    ...table("How it is shown", shown),
    "",
    ...text(variables),
    "",
    "Exits with",
    ...exitCodes.flatMap(([code, when]) => wrapped(page, `  ${code}  `, when)),
    "--watch ends with what its last document says.",
    "",
    "Examples:",
    ...examples.flatMap((example) => wrapped(page, "  ", `${call} ${example}`)),
  ];
  return `${lines.join("\n")}\n`;
}

/** Beside its option where there is room, else below. */
function entry(page: Page, option: string, meaning: string): readonly string[] {
  const narrow = (page.columns ?? widest) < widest;
  if (narrow) return [`  ${option}`, ...wrapped(page, "      ", meaning)];
  return wrapped(page, `  ${option.padEnd(labelWidth - 2)}  `, meaning);
}

const examples = [
  "--demo --all --watch 5",
  "--config pools.yaml --all",
  "--profile PROD --pool ocid1.instancepool.… --watch",
  "--compartment ocid1.compartment.… --fail-on 'cpu>80'",
  "--config pools.yaml --pool web --doctor",
  `--demo '{"pool": "web", "statistic": "max"}'`,
  "--demo --prometheus-url http://localhost:9090",
];
