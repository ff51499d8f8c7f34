import { subscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";

/** Counts what goes over all connections that this process's servers accept, headers and all. */
export class WireBytes {
  readonly #open = new Set<Socket>();
  #closed = 0;
  #counted = 0;

  constructor() {
    subscribe("net.server.socket", (message) => {
      const { socket } = message as { readonly socket: Socket };
      this.#open.add(socket);
      socket.once("close", () => {
        this.#open.delete(socket);
        this.#closed += bytesOf(socket);
      });
    });
  }

  /** The bytes, both ways, since the last call. */
  take(): number {
    const now = [...this.#open].reduce((sum, socket) => sum + bytesOf(socket), this.#closed);
    const since = now - this.#counted;
    this.#counted = now;
    return since;
  }
}

function bytesOf({ bytesRead, bytesWritten }: Socket): number {
  return bytesRead + bytesWritten;
}
