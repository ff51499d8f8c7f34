import type { ConnectionOptions } from "node:tls";
import { HttpsProxyAgent } from "https-proxy-agent";
import { keeping } from "./agents.ts";

type Connect = HttpsProxyAgent<string>["connect"];

/** A proxy that is there answers in less, in milliseconds. */
const patienceMs = 5_000;

/** Connections through an HTTP proxy, kept as all others are. */
export class Tunnel extends HttpsProxyAgent<string> {
  /** `options` are for the connections to the server behind the proxy; its CAs may know the proxy. */
  constructor(proxy: URL, options: ConnectionOptions) {
    const { ca } = options;
    super(proxy, ca === undefined ? keeping : { ...keeping, ca });
    // What the base class is given is for the proxy; it drops what agents keep connections by, too.
    Object.assign(this.options, keeping, options);
  }

  /**
   * Whoever gives up a request can't reach a connection that is still becoming a tunnel, so it would
   * stay open with a proxy that says nothing.
   */
  override async connect(...[request, options]: Parameters<Connect>): ReturnType<Connect> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), patienceMs);
    try {
      this.connectOpts = { ...this.connectOpts, signal: patience.signal };
      return await super.connect(request, options);
    } catch (error) {
      throw patience.signal.aborted ? new Error("its proxy does not answer") : error;
    } finally {
      clearTimeout(timer);
    }
  }
}
