/**
 * Requests to other nodes, over connections that stay open. What matters of a failure is whether the other node may
 * have begun: a request that never left may be made again, one that may have arrived must not, unless it only reads.
 */
import { Agent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { hostTimer } from "../../kernel/clock.ts";
import { headersToPass, RawAnswer } from "../../protocol/http/raw.ts";
import type { RawRequest } from "../../protocol/http/raw.ts";
import { nodeHeader, proofHeaders } from "./node-auth.ts";

export type Sent =
  | { readonly kind: "answer"; readonly answer: RawAnswer }
  /** Nothing has reached the node. */
  | { readonly kind: "unreached"; readonly error: unknown }
  /** It may have. */
  | { readonly kind: "unknown"; readonly error: unknown };

export interface SendLimits {
  readonly connectMsMax: number;
  readonly answerMsMax: number;
  /** Ends the request, and with it the connection, so that the other node learns it. */
  readonly signal?: AbortSignal | undefined;
}

const connectionsKeptMax = 64;

export class NodeClient {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: connectionsKeptMax });
  readonly #secret: string;
  readonly #now: () => number;

  /** @param now milliseconds since the epoch */
  constructor(secret: string, now: () => number) {
    this.#secret = secret;
    this.#now = now;
  }

  /** Never throws. @param address such as `http://10.0.0.5:4566` */
  send(address: string, raw: RawRequest, { connectMsMax, answerMsMax, signal }: SendLimits): Promise<Sent> {
    const { hostname, port } = new URL(address);
    return new Promise((resolve) => {
      let isConnected = false;
      const fail = (error: unknown): void => {
        resolve({ kind: isConnected ? "unknown" : "unreached", error });
        request.destroy();
      };
      const request = httpRequest(
        {
          agent: this.#agent,
          host: hostname.replace(/^\[|\]$/g, ""),
          port: port === "" ? 80 : Number(port),
          method: raw.method,
          path: raw.url,
          setHost: false,
          headers: [
            ...withHost(headersToPass(raw.headers, nodeHeader), address),
            ...proofHeaders(this.#secret, raw, this.#now()),
            "content-length",
            String(raw.body.length),
          ],
        },
        (response) => void readAnswer(response).then((answer) => resolve({ kind: "answer", answer }), fail),
      );
      const connecting = hostTimer(connectMsMax, () => isConnected || fail(new Error("no connection in time")));
      const answering = hostTimer(answerMsMax, () => fail(new Error("no answer in time")));
      const aborted = (): void => fail(new Error("given up"));
      signal?.addEventListener("abort", aborted, { once: true });
      request.once("close", () => {
        connecting.cancel();
        answering.cancel();
        signal?.removeEventListener("abort", aborted);
      });
      request.on("error", fail);
      sendOnceConnected(request, raw.body, () => {
        isConnected = true;
      });
      if (signal?.aborted === true) aborted();
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

/** Nothing is written before there is a connection, so that until then it is certain that nothing has arrived. */
function sendOnceConnected(request: ClientRequest, body: Buffer, connected: () => void): void {
  request.once("socket", (socket) => {
    const send = (): void => {
      connected();
      request.end(body);
    };
    if (socket.connecting) socket.once("connect", send);
    else send();
  });
}

/** A request of HTTP/1.0 may come without one, and HTTP/1.1 wants one. */
function withHost(headers: string[], address: string): string[] {
  const isThere = headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === "host");
  return isThere ? headers : ["host", new URL(address).host, ...headers];
}

async function readAnswer(response: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  if (!response.complete) throw new Error("the answer was cut off");
  return new RawAnswer(
    response.statusCode ?? 500,
    headersToPass(response.rawHeaders, nodeHeader),
    Buffer.concat(chunks),
  );
}
