/** Who can mend what is wrong: a function's operator, or a person at a terminal with a profile. */
export type Asker = "function" | "person";

/** What to look at where a connection fails, or nothing answers at all. */
export const connectionHints = {
  oci: {
    function:
      "A function in a private subnet needs a service gateway or NAT to reach OCI's services.",
    person:
      "Is this machine online, is the VPN up that it may need, and is the region right? A network with a proxy needs HTTPS_PROXY.",
  },
  prometheus: {
    function:
      "No answer at all is how a missing route or a closed port looks: is the server's port open to the function's subnet?",
    person:
      "No answer at all is how a missing VPN or a closed port looks. HTTPS_PROXY counts for OCI only; a server has its own setting, PROMETHEUS_PROXY.",
  },
} as const;
