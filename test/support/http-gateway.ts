import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { FnAgent } from "../../local/fn-agent/fn-agent.ts";

/** An HTTP trigger of Fn's: it turns HTTP into a call, and the answer's headers into HTTP again. */
export class HttpGateway {
  readonly url: string;
  /** The last header `Accept` that came. */
  accepted: string | undefined;
  readonly close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.close = close;
  }

  static async start(agent: FnAgent): Promise<HttpGateway> {
    const server = createServer(async (request, response) => {
      gateway.accepted = request.headers.accept;
      const { method = "GET", url = "/", headers } = request;
      const passedOn = Object.entries(headers).map(([name, value]) => [
        `Fn-Http-H-${name}`,
        [value].flat().join(", "),
      ]);
      const answer = await agent.invoke(await buffer(request), {
        headers: {
          ...Object.fromEntries(passedOn),
          "Fn-Intent": "httprequest",
          "Fn-Http-Method": method,
          "Fn-Http-Request-Url": `http://${headers.host}${url}`,
        },
      });
      const status = Number(answer.headers["fn-http-status"] ?? answer.status);
      const own = Object.entries(answer.headers).flatMap(([name, value]) =>
        name.startsWith("fn-http-h-") ? [[name.slice("fn-http-h-".length), value]] : [],
      );
      response.writeHead(status, {
        ...Object.fromEntries(own),
        "content-type": answer.headers["content-type"],
      });
      response.end(method === "HEAD" ? undefined : answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const gateway = new HttpGateway(
      `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      async () => {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      },
    );
    return gateway;
  }
}
