import type { IncomingHttpHeaders, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { gzipSync } from "node:zlib";
import { endToEnd, type InjectedFault } from "./fault-proxy.ts";
import type { Dialect } from "./source-dialects.ts";

const dripMs = 200;
const mebibyte = 1024 * 1024;

/** RST in the place of an answer. */
export const reset: InjectedFault = {
  respond: ({ request }) => {
    request.socket.resetAndDestroy();
  },
};

/** Reads the request, and never says anything. */
export const blackHole: InjectedFault = { respond: () => {} };

/** Headers that never end. */
export const slowHeaders: InjectedFault = {
  respond: ({ request: { socket } }) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Slow: ");
    drip(socket, () => socket.write("a"));
  },
};

/** An answer that Node takes for none: whoever asked for it would have asked for another protocol. */
export const switchingProtocols: InjectedFault = {
  respond: ({ request: { socket } }) => {
    const head = ["HTTP/1.1 101 Switching Protocols", "Connection: Upgrade", "Upgrade: h2c"];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
  },
};

/** A good beginning, and then a byte of white space every 200 ms, for ever. */
export const drippingBody: InjectedFault = {
  respond: ({ request, response }) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.write("[");
    drip(request.socket, () => response.write(" "));
  },
};

function drip(socket: Socket, write: () => void): void {
  const timer = setInterval(write, dripMs);
  socket.once("close", () => clearInterval(timer));
}

/** Half of the upstream's answer under the length of the whole, and then the end. */
export const halfABody: InjectedFault = {
  respond: async ({ request, response, forward }) => {
    const { status, headers, body } = await forward();
    response.writeHead(status, endToEnd(headers, body.length));
    response.write(body.subarray(0, body.length / 2), () => request.socket.destroy());
  },
};

/** Half of the upstream's answer, as if that were all. */
export const truncatedJson: InjectedFault = {
  respond: async ({ response, forward }) => {
    const { status, headers, body } = await forward();
    const half = body.subarray(0, body.length / 2);
    response.writeHead(status, endToEnd(headers, half.length));
    response.end(half);
  },
};

/** The upstream's answer, called something else than JSON. */
export const jsonCalledHtml: InjectedFault = {
  respond: async ({ response, forward }) => {
    const { status, headers, body } = await forward();
    const wrong: IncomingHttpHeaders = { ...headers, "content-type": "text/html" };
    response.writeHead(status, endToEnd(wrong, body.length));
    response.end(body);
  },
};

/** 200 with a page, as captive portals and login walls answer. */
export const htmlPage = answer(200, page("Please log in"), { "content-type": "text/html" });

/** 200 with something that is no text. */
export const notJson = answer(200, Buffer.from([0x0a, 0xff, 0x00, 0xc3, 0x28]), {
  "content-type": "application/octet-stream",
});

/** Half a gigabyte of valid JSON, sent as fast as it is read, and no further. */
export function enormousJson({ list: [start, end] }: Dialect): InjectedFault {
  const item = `{"id":"${"x".repeat(mebibyte)}"},`;
  function* parts() {
    yield start;
    for (let sent = 0; sent < 512 * mebibyte; sent += item.length) yield item;
    yield `{}${end}`;
  }
  return {
    respond: async ({ response }) => {
      response.writeHead(200, { "content-type": "application/json" });
      await pipeline(Readable.from(parts()), response);
    },
  };
}

let bomb: Buffer | undefined;

/** 1 MB on the wire is 1 GiB of JSON, most of it white space. */
export function gzipBomb({ list: [start, end] }: Dialect): InjectedFault {
  // A file of gzip may have many members, so that only 16 MiB have to be compressed, once.
  bomb ??= gzipSync(Buffer.alloc(16 * mebibyte, " "), { level: 9 });
  const members = Array.from({ length: 64 }, () => bomb as Buffer);
  const body = Buffer.concat([gzipSync(start), ...members, gzipSync(end)]);
  return answer(200, body, { "content-type": "application/json", "content-encoding": "gzip" });
}

/** An error in the source's own words. */
export function refusal(
  dialect: Dialect,
  status: number,
  headers: OutgoingHttpHeaders = {},
): InjectedFault {
  const json = { "content-type": "application/json", ...headers };
  return answer(status, dialect.errorBody(status), json);
}

/** An error of something that stands before the source. */
export function gatewayError(status: number): InjectedFault {
  return answer(status, page(`Error ${status}`), { "content-type": "text/html" });
}

export function redirect(status: 302 | 307, location: string): InjectedFault {
  return answer(status, "", { location });
}

/** An error that repeats all that was sent to it, which is where secrets come back. */
export function echo(dialect: Dialect, status: number): InjectedFault {
  return {
    respond: ({ request, response }) => {
      const said = request.rawHeaders.join(" ");
      end(response, status, dialect.errorBody(status, said), {
        "content-type": `application/json; said="${request.headers.authorization}"`,
        "opc-request-id": request.headers.authorization ?? "",
      });
    },
  };
}

function answer(
  status: number,
  body: string | Buffer,
  headers: OutgoingHttpHeaders,
): InjectedFault {
  return { respond: ({ response }) => end(response, status, body, headers) };
}

function end(
  response: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: OutgoingHttpHeaders,
): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}

function page(title: string): string {
  return `<!DOCTYPE html><html><head><title>${title}</title></head><body>${title}</body></html>`;
}
