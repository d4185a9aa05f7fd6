/**
 * What nodes tell each other besides requests of clients: `POST /_tutti/node/look` (shards are free, or a node has come) and
 * `POST /_tutti/node/hops` (what a resource here tells resources there). Senders prove themselves with the secret of the
 * installation; a message may be lost, or come twice.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { hostTimer } from "../../kernel/clock.ts";
import type { NodeView } from "../../kernel/nodes/leases.ts";
import type { CarriedHop, HopAnswer, HopCarrier } from "../../delivery/hop-carrier.ts";
import type { Hops } from "../../delivery/hops.ts";
import { LeaseLost, ShardNotOwned } from "../../kernel/ownership.ts";
import { StoreUnavailableError } from "../../kernel/store/store-errors.ts";
import { readBody } from "../../protocol/http/body.ts";
import type { RawRequest } from "../../protocol/http/raw.ts";
import type { BodyBudgets } from "../body-budgets.ts";
import { nodeLimits } from "./limits.ts";
import { checkProof, nodeHeader } from "./node-auth.ts";
import type { NodeClient, Sent } from "./node-client.ts";
import { nodeProtocols, protocolUnknownStatus } from "./node-protocols.ts";
import type { Serving } from "./shard-router.ts";

export interface NodeMessagesOptions {
  readonly client: NodeClient;
  readonly serving: () => (Serving & { readonly hops: Hops }) | undefined;
}

export class NodeMessages implements HopCarrier {
  readonly counts = { pokesSent: 0, pokesReceived: 0, hopsCarried: 0 };
  readonly #options: NodeMessagesOptions;

  constructor(options: NodeMessagesOptions) {
    this.#options = options;
  }

  /** Tells nodes to look now; resolves when they have, those that are there, or after `lastAnswersMs`. */
  async poke(nodes: readonly NodeView[]): Promise<void> {
    this.counts.pokesSent += nodes.length;
    const looked = Promise.all(nodes.map((node) => this.#send(node, "look", "")));
    const { promise: late, resolve } = Promise.withResolvers<void>();
    const alarm = hostTimer(nodeLimits.lastAnswersMs, resolve);
    await Promise.race([looked, late]);
    alarm.cancel();
  }

  async carry(targetShard: number, hops: readonly CarriedHop[]): Promise<readonly HopAnswer[]> {
    const node = this.#options.serving()?.node;
    const owner = node?.ownerOf(targetShard);
    try {
      if (owner === undefined || owner.id === node?.member.nodeId) throw new Error(`nobody owns shard ${targetShard}`);
      const sent = await this.#send(owner, "hops", JSON.stringify(hops));
      if (sent.kind !== "answer") throw new Error(`node ${owner.id} was not reached`, { cause: sent.error });
      if (sent.answer.status === protocolUnknownStatus)
        throw new Error(`node ${owner.id} (${owner.version}) speaks no protocol of ${nodeProtocols.join()}`);
      if (sent.answer.status !== 200) throw new Error(`node ${owner.id} answered ${sent.answer.status}`);
      this.counts.hopsCarried += hops.length;
      return JSON.parse(sent.answer.body.toString("utf8")) as HopAnswer[];
    } catch (error) {
      // Whoever owns the shard by now is asked at the next attempt.
      void node?.look();
      throw error;
    }
  }

  /** What comes of a message; undefined for one nobody knows, or nobody can take now. */
  async receive(name: string, body: Buffer): Promise<string | undefined> {
    const serving = this.#options.serving();
    if (serving === undefined) return undefined;
    switch (name) {
      case "look":
        this.counts.pokesReceived += 1;
        await serving.node.look();
        return "";
      case "hops":
        return JSON.stringify(await serving.hops.receive(JSON.parse(body.toString("utf8")) as CarriedHop[]));
      default:
        return undefined;
    }
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

/** What takes messages of other nodes, and how it knows them. */
export interface MessageReceiver {
  readonly messages: NodeMessages;
  readonly secret: string;
  readonly now: () => number;
  /** What bodies may take of memory, also those of whoever is no node: that is known when one has been read. */
  readonly bodies: BodyBudgets;
}

/** Answers another node; whoever cannot prove to be one is told that there is nothing. */
export function handleNodeRequest(
  request: IncomingMessage,
  response: ServerResponse,
  receiver: MessageReceiver,
): Promise<void> {
  const { internalBodyBytesMax, strangerBodyBytesMax } = nodeLimits;
  const isStranger = request.headers[nodeHeader] === undefined;
  const limits = {
    bodyBytesMax: isStranger ? strangerBodyBytesMax : internalBodyBytesMax,
    bodyBudgetOf: receiver.bodies.of,
  };
  return new Promise((resolve, reject) => {
    readBody(request, response, limits, (body, room) => {
      // Whoever it is has gone, or sends more than a node does.
      if (!Buffer.isBuffer(body)) return resolve(void response.destroy());
      answerMessage(request, response, receiver, body)
        .finally(() => room?.giveBack())
        .then(resolve, reject);
    });
  });
}

async function answerMessage(
  request: IncomingMessage,
  response: ServerResponse,
  { messages, secret, now }: MessageReceiver,
  body: Buffer,
): Promise<void> {
  const { method = "", url = "", rawHeaders: headers } = request;
  const proof = checkProof(secret, { method, url, headers, body }, now());
  // The sender says it again in a protocol of these, or keeps it until it meets a node that understands it.
  if (proof.kind === "unknown protocol")
    return void response.writeHead(protocolUnknownStatus, { [nodeHeader]: nodeProtocols.join() }).end();
  const isNode = method === "POST" && proof.kind === "valid";
  const answer = isNode ? await received(messages, url.slice("/_tutti/node/".length), body) : undefined;
  if (answer === undefined) response.writeHead(404, { "content-type": "application/json" });
  else response.writeHead(200, { "content-type": "application/json" });
  response.end(answer ?? `${JSON.stringify({ error: `There is nothing at ${url}.` })}\n`);
}

/** Undefined also when this life of the node ends meanwhile: the sender tries again. */
async function received(messages: NodeMessages, name: string, body: Buffer): Promise<string | undefined> {
  try {
    return await messages.receive(name, body);
  } catch (error) {
    if (error instanceof LeaseLost || error instanceof ShardNotOwned || error instanceof StoreUnavailableError)
      return undefined;
    throw error;
  }
}
