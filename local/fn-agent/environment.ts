import { randomBytes } from "node:crypto";

/** What Fn sets, and a configuration can't override, but for `HOME` and `HOSTNAME`, which it can. */
export function functionEnvironment(
  configuration: Readonly<Record<string, string>> | undefined,
  { socket, memoryMb }: { readonly socket: string; readonly memoryMb: number },
): Record<string, string> {
  const { PATH = "" } = process.env;
  return {
    PATH,
    HOME: "/home/fn",
    // Docker's: the beginning of the container's ID.
    HOSTNAME: randomBytes(6).toString("hex"),
    // OCI sets the names; fnserver doesn't.
    FN_APP_NAME: "local",
    FN_FN_NAME: "function",
    ...configuration,
    FN_APP_ID: "ocid1.fnapp.oc1.iad.aaaaaaaalocalapplication",
    FN_FN_ID: "ocid1.fnfunc.oc1.iad.aaaaaaaalocalfunction",
    FN_FORMAT: "http-stream",
    FN_LISTENER: `unix:${socket}`,
    FN_MEMORY: String(memoryMb),
    FN_TYPE: "sync",
  };
}
