/**
 * What nodes tell each other besides requests of clients: `POST /_tutti/node/look` (shards are free, or a node has come).
 * Both sides prove themselves with the secret of the installation; a message may be lost.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { NodeView } from "../../kernel/nodes/leases.ts";
import type { RawRequest } from "../../protocol/http/raw.ts";
import { nodeLimits } from "./limits.ts";
import { checkProof } from "./node-auth.ts";
import type { NodeClient, Sent } from "./node-client.ts";
import type { Serving } from "./shard-router.ts";

export interface NodeMessagesOptions {
  readonly client: NodeClient;
  readonly serving: () => Serving | undefined;
}

export class NodeMessages {
  readonly counts = { pokesSent: 0, pokesReceived: 0 };
  readonly #options: NodeMessagesOptions;

  constructor(options: NodeMessagesOptions) {
    this.#options = options;
  }

  /** Tells nodes to look now. */
  poke(nodes: readonly NodeView[]): void {
    for (const node of nodes) {
      this.counts.pokesSent += 1;
      void this.#send(node, "look", "");
    }
  }

  /** What comes of a message; undefined for one nobody knows. */
  async receive(name: string, _body: Buffer): Promise<string | undefined> {
    if (name !== "look") return undefined;
    this.counts.pokesReceived += 1;
    void this.#options.serving()?.node.look();
    return "";
  }

  #send(node: NodeView, name: string, body: string): Promise<Sent> {
    const raw: RawRequest = {
      method: "POST",
      url: `/_tutti/node/${name}`,
      headers: ["host", new URL(node.address).host],
      body: Buffer.from(body),
    };
    return this.#options.client.send(node.address, raw, {
      connectMsMax: nodeLimits.connectMsMax,
      answerMsMax: nodeLimits.internalAnswerMsMax,
    });
  }
}

/** Answers another node; whoever cannot prove to be one is told that there is nothing. */
export async function handleNodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  messages: NodeMessages,
  secret: string,
  now: () => number,
): Promise<void> {
  const body = await readWhole(request);
  if (body === undefined) return void response.destroy();
  const { method = "", url = "", rawHeaders: headers } = request;
  const isNode = method === "POST" && checkProof(secret, { method, url, headers, body }, now()) === "valid";
  const answer = isNode ? await messages.receive(url.slice("/_tutti/node/".length), body) : undefined;
  if (answer === undefined) response.writeHead(404, { "content-type": "application/json" });
  else response.writeHead(200, { "content-type": "application/json" });
  response.end(answer ?? `${JSON.stringify({ error: `There is nothing at ${url}.` })}\n`);
}

async function readWhole(request: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > nodeLimits.internalBodyBytesMax) return undefined;
      chunks.push(chunk);
    }
  } catch {
    // The other node is gone.
    return undefined;
  }
  return Buffer.concat(chunks);
}
