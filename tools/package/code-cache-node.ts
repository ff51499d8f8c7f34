/** What a running Node says of itself. */
export interface RunningNode {
  /** With a `v` before it. */
  readonly version: string;
  readonly platform: string;
  readonly arch: string;
}

/**
 * Why the code cache of the running Node would be of no use to OCI's, with what to do about it: V8
 * takes none but of its own build. Undefined when it is of use.
 */
export function codeCacheProblem(wanted: string, running: RunningNode): string | undefined {
  const version = wanted.replace(/^v/, "");
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    return `--code-cache ${wanted}: give the exact version that OCI runs, such as 22.23.3. The header Fn-Fdk-Runtime of a response names it.`;
  }
  if (running.version !== `v${version}`) {
    return `This is Node.js ${running.version}, and its code cache would be of no use to ${version}: run the command with ${version}, or leave out --code-cache.`;
  }
  if (running.platform !== "linux" || !["x64", "arm64"].includes(running.arch)) {
    return `This is Node.js for ${running.platform}-${running.arch}, and its code cache would be of no use to OCI's, which is for Linux: run the command in Cloud Shell, or leave out --code-cache.`;
  }
  return undefined;
}
