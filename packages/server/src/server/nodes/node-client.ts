/**
 * Requests to other nodes, over connections that stay open. What matters of a failure is whether the other node may
 * have begun: a request that never left may be made again, one that may have arrived must not, unless it only reads.
 * One that was refused for its protocol was not read, and is made again in one that both nodes know.
 */
import { Agent, request as httpRequest } from "node:http";
import type { ClientRequest, IncomingMessage } from "node:http";
import { hostTimer } from "../../kernel/clock.ts";
import { headersToPass, RawAnswer } from "../../protocol/http/raw.ts";
import type { RawRequest } from "../../protocol/http/raw.ts";
import { nodeHeader, proofHeaders } from "./node-auth.ts";
import { commonProtocol, nodeProtocols, protocolUnknownStatus } from "./node-protocols.ts";

export type Sent =
  | {
      readonly kind: "answer";
      readonly answer: RawAnswer;
      /** What a node understands that has refused a protocol, such as `1,2`; "" otherwise. */
      readonly protocols: string;
    }
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
/** Nodes known to speak an earlier protocol; what is forgotten is learned again by the next refusal. */
const earlierMax = 1_000;

export class NodeClient {
  readonly #agent = new Agent({ keepAlive: true, maxFreeSockets: connectionsKeptMax });
  readonly #secret: string;
  readonly #now: () => number;
  readonly #protocols: readonly number[];
  /** By address, for nodes that do not speak the highest. */
  readonly #spoken = new Map<string, number>();

  /**
   * @param now milliseconds since the epoch
   * @param protocols those this node knows
   */
  constructor(secret: string, now: () => number, protocols: readonly number[] = nodeProtocols) {
    this.#secret = secret;
    this.#now = now;
    this.#protocols = protocols;
  }

  /** Never throws. @param address such as `http://10.0.0.5:4566` */
  async send(address: string, raw: RawRequest, limits: SendLimits): Promise<Sent> {
    const protocol = this.#spoken.get(address) ?? Math.max(...this.#protocols);
    const sent = await this.#sendIn(protocol, address, raw, limits);
    if (sent.kind !== "answer" || sent.answer.status !== protocolUnknownStatus) return sent;
    const other = commonProtocol(this.#protocols, sent.protocols);
    if (other === undefined || other === protocol) return sent;
    if (this.#spoken.size >= earlierMax) this.#spoken.clear();
    this.#spoken.set(address, other);
    return this.#sendIn(other, address, raw, limits);
  }

  #sendIn(
    protocol: number,
    address: string,
    raw: RawRequest,
    { connectMsMax, answerMsMax, signal }: SendLimits,
  ): Promise<Sent> {
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
            ...proofHeaders(this.#secret, raw, this.#now(), protocol),
            "content-length",
            String(raw.body.length),
          ],
        },
        (response) => void readAnswer(response).then(resolve, fail),
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

async function readAnswer(response: IncomingMessage): Promise<Sent> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  if (!response.complete) throw new Error("the answer was cut off");
  const headers = headersToPass(response.rawHeaders, nodeHeader);
  const answer = new RawAnswer(response.statusCode ?? 500, headers, Buffer.concat(chunks));
  return { kind: "answer", answer, protocols: String(response.headers[nodeHeader] ?? "") };
}
