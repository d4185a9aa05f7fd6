/**
 * Any node takes any request: what this node owns is decided here, the rest goes to its owner as it came and comes back
 * as it was answered.
 *
 * While a shard has no owner, or is on its way to another, the request waits, up to a deadline; then it fails with AWS's
 * retryable error. A request that may have reached an owner which then died is asked again only if it reads; otherwise
 * its client gets the retryable error, since nobody knows whether it was done. A forwarded request is never forwarded
 * again: who finds it is not the owner says so, and the first node asks the next.
 */
import type { Call } from "../../kernel/call.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Log } from "../../kernel/log.ts";
import type { NodeView } from "../../kernel/nodes/leases.ts";
import type { Node } from "../../kernel/nodes/node.ts";
import { LeaseLost, ShardNotOwned } from "../../kernel/ownership.ts";
import { StoreUnavailableError } from "../../kernel/store/store-errors.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { RawAnswer } from "../../protocol/http/raw.ts";
import type { RawRequest } from "../../protocol/http/raw.ts";
import { checkProof, nodeHeader } from "./node-auth.ts";
import type { NodeClient, Sent } from "./node-client.ts";
import { nodeProtocols, protocolUnknownStatus } from "./node-protocols.ts";
import { nodeLimits } from "./limits.ts";

/** The life of this node that is going on. */
export interface Serving {
  readonly node: Node;
  readonly kernel: Kernel;
}

export interface RouterOptions {
  readonly clock: Clock;
  /** The time other nodes have as well, milliseconds since the epoch. */
  readonly now: () => number;
  readonly secret: string;
  readonly client: NodeClient;
  /** Undefined between two lives. */
  readonly serving: () => Serving | undefined;
  /** True when nobody will come to own what this node has let go of. */
  readonly isClosing: () => boolean;
  /** How long a request waits for an owner. */
  readonly waitMsMax: number;
  /** How long an owner may take for an answer, its store being slow and nothing being waited for. */
  readonly answerMsMax: number;
  readonly log: Log;
}

/** A request, and how it is done where its shard is owned. */
export interface RoutedRequest {
  /** Made when someone asks: most requests go no further. */
  raw(): RawRequest;
  /** Whether it says that another node sends it. */
  readonly isFromNode: boolean;
  /** Told the address of the client whose request another node has passed on. */
  askedFrom?(sourceAddress: string | undefined): void;
  /** Fires when the client goes away. */
  readonly signal: AbortSignal | undefined;
  /** Whether it may be done twice. */
  readonly isRead: boolean;
  /** How long the operation may wait for something to happen. */
  longestWaitMs(kernel: Kernel): number;
  /** The shard that decides; undefined for any. */
  shard(kernel: Kernel): number | undefined;
  here(kernel: Kernel): Promise<unknown>;
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/CommonErrors.html */
export function serviceUnavailable(): ServiceError {
  const text = "The request has failed due to a temporary failure of the server.";
  return new ServiceError("ServiceUnavailable", text, { status: 503, senderFault: false });
}

/** Operations that change nothing, by the way AWS names them. Taking an activity's task is not one. */
export function isReadOperation(name: string): boolean {
  return /^(?:Describe|Get|List|Test|Validate)/.test(name) && name !== "GetActivityTask";
}

/** What a node answers that is asked for what it does not own. */
const misdirectedStatus = 421;
const misdirected = new RawAnswer(misdirectedStatus, [], Buffer.alloc(0));
const protocolUnknown = new RawAnswer(protocolUnknownStatus, [nodeHeader, nodeProtocols.join()], Buffer.alloc(0));
const forbidden = new RawAnswer(403, [], Buffer.alloc(0));

/** Thrown inside: this attempt has led nowhere and nothing was decided; another may. */
const nowhere = Symbol("nowhere");

export class ShardRouter {
  readonly counts = { forwarded: 0, misdirected: 0, unavailable: 0 };
  readonly #options: RouterOptions;

  constructor(options: RouterOptions) {
    this.#options = options;
  }

  /** @throws ServiceError; what the operation throws where it is decided here */
  async route(request: RoutedRequest): Promise<unknown> {
    const { clock, now, waitMsMax, secret, log } = this.#options;
    const proof = request.isFromNode ? checkProof(secret, request.raw(), now()) : undefined;
    if (proof?.kind === "invalid") return forbidden;
    if (proof?.kind === "unknown protocol") {
      log("info", "refused a request of a node that speaks another protocol", { protocol: proof.protocol });
      return protocolUnknown;
    }
    if (proof?.kind === "untimely") {
      // Not the client's fault: whoever passed it on tries until its deadline, and then says so in AWS's words.
      log("warn", "refused a request of a node whose clock differs too much from this one's", {
        aheadMs: proof.aheadMs,
      });
      return misdirected;
    }
    const isForwarded = proof?.kind === "valid";
    if (isForwarded) request.askedFrom?.(proof.sourceAddress);
    const deadline = clock.monotonic() + waitMsMax;
    for (;;) {
      const outcome = await this.#attempt(request, isForwarded);
      if (outcome !== nowhere) return outcome;
      if (isForwarded) {
        this.counts.misdirected += 1;
        return misdirected;
      }
      if (request.signal?.aborted === true) return undefined;
      if (clock.monotonic() >= deadline || this.#options.isClosing()) throw this.#unavailable();
      await this.#change();
    }
  }

  /** What came of one attempt, or `nowhere`. */
  async #attempt(request: RoutedRequest, isForwarded: boolean): Promise<unknown> {
    const serving = this.#options.serving();
    if (serving === undefined) return nowhere;
    const { node, kernel } = serving;
    const shard = request.shard(kernel);
    if (shard === undefined || kernel.ownership.owns(shard)) return this.#here(request, kernel);
    const owner = node.ownerOf(shard);
    if (isForwarded || owner === undefined || owner.id === node.member.nodeId) return nowhere;
    const sent = await this.#forward(request, serving, owner);
    if (sent.kind === "answer") {
      if (sent.answer.status === protocolUnknownStatus) {
        const { id, version } = owner;
        this.#options.log("warn", "the owner of a shard speaks another protocol", { node: id, version });
        return nowhere;
      }
      if (sent.answer.status === misdirectedStatus) return nowhere;
      this.counts.forwarded += 1;
      return sent.answer;
    }
    if (sent.kind === "unknown" && !request.isRead) {
      if (request.signal?.aborted === true) return undefined;
      throw this.#unavailable();
    }
    return nowhere;
  }

  async #here(request: RoutedRequest, kernel: Kernel): Promise<unknown> {
    try {
      return await request.here(kernel);
    } catch (error) {
      // The store is asked before anything is decided.
      if (error instanceof ShardNotOwned || error instanceof StoreUnavailableError) return nowhere;
      if (!(error instanceof LeaseLost)) throw error;
      if (error.mayBeDone && !request.isRead) throw this.#unavailable();
      return nowhere;
    }
  }

  /** Asks the owner; gives it up when that life of it is over, for then no answer comes. */
  async #forward(request: RoutedRequest, { node, kernel }: Serving, owner: NodeView): Promise<Sent> {
    const { client, clock, answerMsMax } = this.#options;
    const given = new AbortController();
    const giveUp = (): void => given.abort();
    request.signal?.addEventListener("abort", giveUp, { once: true });
    const stopWatching = node.onChange(() => {
      // One that leaves answers what it has decided before it goes.
      if (!node.isLiving(owner)) clock.after(nodeLimits.lastAnswersMs, giveUp);
    });
    try {
      return await client.send(owner.address, request.raw(), {
        connectMsMax: nodeLimits.connectMsMax,
        answerMsMax: answerMsMax + request.longestWaitMs(kernel),
        signal: given.signal,
      });
    } finally {
      stopWatching();
      request.signal?.removeEventListener("abort", giveUp);
    }
  }

  /** Waits until something may be different, and sees to it that it is noticed. */
  #change(): Promise<void> {
    const { clock, serving } = this.#options;
    const node = serving()?.node;
    return new Promise((resolve) => {
      const done = (): void => {
        alarm.cancel();
        stop?.();
        resolve();
      };
      const alarm = clock.after(nodeLimits.lookMsMin, () => {
        void node?.look();
        done();
      });
      const stop = node?.onChange(done);
    });
  }

  #unavailable(): ServiceError {
    this.counts.unavailable += 1;
    return serviceUnavailable();
  }
}

/** A request for an operation of a service, as the wire brought it. */
export function operationRequest(
  name: string,
  input: unknown,
  call: Call,
  raw: () => RawRequest,
  find: (kernel: Kernel) => Parameters<Kernel["execute"]>[0],
): RoutedRequest {
  return {
    raw,
    isFromNode: call.header(nodeHeader) !== undefined,
    askedFrom: (sourceAddress) => {
      call.sourceAddress = sourceAddress;
    },
    // Made when someone asks: only requests that wait or travel do.
    get signal() {
      return call.signal;
    },
    isRead: isReadOperation(name),
    longestWaitMs: (kernel) => find(kernel).longestWaitMs ?? 0,
    shard: (kernel) => {
      const target = find(kernel).target?.(input, call);
      return target === undefined ? undefined : kernel.shards.of(target);
    },
    here: (kernel) => kernel.execute(find(kernel), input, call),
  };
}
