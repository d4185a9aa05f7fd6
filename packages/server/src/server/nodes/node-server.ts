/**
 * A server that is one of several nodes over one store.
 *
 *     start: install, listen, join ──▶ serve ⟲ lost: drop everything, join again ──▶ stop: hand over, answer, close
 *
 * The listener outlives the lives of the node: what comes in between two of them waits for the next, or goes to another
 * node. A start fails when the first join does; later ones are tried until they succeed.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import { hostNow, RealClock } from "../../kernel/clock.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Log } from "../../kernel/log.ts";
import { NodeIdInUse } from "../../kernel/nodes/leases.ts";
import type { Leases, Member, NodeDescription } from "../../kernel/nodes/leases.ts";
import { Node } from "../../kernel/nodes/node.ts";
import { systemRandom } from "../../kernel/random.ts";
import { shardCountDefault } from "../../kernel/shards.ts";
import type { Store } from "../../kernel/store/store.ts";
import { version } from "../../version.ts";
import type { HttpRequest, HttpResponse } from "../../protocol/http/exchange.ts";
import type { Origins } from "../../protocol/http/origins.ts";
import type { SqsOptions } from "../../services/sqs/limits.ts";
import { handleAdmin } from "../admin.ts";
import type { AdminContext } from "../admin.ts";
import { nodeBodyBudgets } from "../body-budgets.ts";
import type { BodyBudgets } from "../body-budgets.ts";
import { createInstance } from "../instance.ts";
import type { Instance } from "../instance.ts";
import { listen } from "../lifecycle.ts";
import type { Listener } from "../lifecycle.ts";
import { renderMetrics, RequestCounts } from "../metrics.ts";
import { operationOf } from "../services.ts";
import type { TuttiServer } from "../tutti-server.ts";
import { nodeLimits } from "./limits.ts";
import { NodeClient } from "./node-client.ts";
import { handleNodeRequest, NodeMessages } from "./node-messages.ts";
import { install, MustBeAlone, startFailure } from "./joining.ts";
import { nodeMetrics, showCluster } from "./node-status.ts";
import { viewRequest } from "./routed-view.ts";
import { operationRequest, ShardRouter } from "./shard-router.ts";

export interface NodeServerOptions {
  readonly host: string;
  readonly port: number;
  readonly publicUrl: string | undefined;
  readonly origins: Origins;
  readonly store: Store;
  readonly leases: Leases;
  /** What services live by. Leases and routing go by the host's time in any case; a virtual clock allows one node only. */
  readonly clock: Clock;
  readonly log: Log;
  readonly leaseMs: number;
  readonly sqs?: SqsOptions | undefined;
  /** As in `ServerOptions`, for clients and once more for nodes. */
  readonly bodyBudgetBytes?: number | undefined;
  /** The address without its scheme when absent. */
  readonly nodeId: string | undefined;
  /** Where other nodes reach this one; where it listens when absent. */
  readonly advertise: string | undefined;
  /** Of a new installation; refused where there is one with another number. */
  readonly shardCount?: number | undefined;
  /** Memory or the store cannot be trusted; the process must end. */
  readonly onFatal: (error: unknown) => void;
}

/** One life: the node, what it serves with, and how it ends. */
interface Life {
  readonly node: Node;
  readonly instance: Instance;
  readonly lost: Promise<unknown>;
}

/** Behind the version of a node with a virtual clock. */
const virtualMark = "(virtual clock)";
/** Between two attempts to join again. */
const joinPauseMs = 500;
/** Who still has the name then is alive. */
const leasesWaitedForName = 1.5;

/** @throws NodeIdInUse, StoreFault, the listener's error (EADDRINUSE) */
export async function startNodeServer(options: NodeServerOptions): Promise<TuttiServer> {
  const secret = Buffer.from(systemRandom.bytes(32)).toString("hex");
  const { leases, store, shardCount = shardCountDefault } = options;
  const server = await install(leases, { shardCount, secret }, options.shardCount).then(
    (installation) => new NodeServer(options, installation.secret),
    async (error: unknown) => {
      await leases.close();
      await store.close();
      throw startFailure(error, options.leaseMs);
    },
  );
  try {
    await server.start();
  } catch (error) {
    await server.close();
    throw startFailure(error, options.leaseMs);
  }
  return {
    url: server.url,
    dataLocation: options.store.description,
    durable: options.store.durable,
    advance: (seconds) => server.advance(seconds),
    now: () => options.clock.now(),
    stop: () => server.stop(),
  };
}

class NodeServer {
  readonly #options: NodeServerOptions;
  readonly #time = new RealClock();
  readonly #requests = new RequestCounts();
  readonly #client: NodeClient;
  readonly #router: ShardRouter;
  readonly #messages: NodeMessages;
  readonly #bodies: BodyBudgets;
  readonly #secret: string;
  #listener: Listener | undefined;
  #life: Life | undefined;
  /** The last instance there was: it words refusals while there is none. */
  #instance: Instance | undefined;
  #lives = 0;
  #isStopping = false;
  #isAlone = false;
  #stopped: Promise<void> | undefined;

  constructor(options: NodeServerOptions, secret: string) {
    this.#options = options;
    this.#secret = secret;
    const { leaseMs } = options;
    this.#client = new NodeClient(secret, hostNow);
    this.#router = new ShardRouter({
      clock: this.#time,
      now: hostNow,
      secret,
      client: this.#client,
      waitMsMax: leaseMs * nodeLimits.leasesWaited + nodeLimits.takeoverMs,
      answerMsMax: leaseMs + nodeLimits.answerMsMax,
      log: options.log,
      serving: () => this.#serving(),
      isClosing: () => this.#isStopping && this.#isAlone,
    });
    this.#bodies = nodeBodyBudgets(options.bodyBudgetBytes);
    this.#messages = new NodeMessages({ client: this.#client, serving: () => this.#serving() });
  }

  get url(): string {
    if (this.#listener === undefined) throw new Error("the server does not listen yet");
    return this.#listener.url;
  }

  async start(): Promise<void> {
    const { host, port, log, store, leases } = this.#options;
    this.#listener = await listen(
      {
        any: (request, response) => this.#handle(request, response),
        whole: (request, response) => this.#handleWhole(request, response),
      },
      host,
      port,
    );
    const life = await this.#joinFirst();
    this.#life = life;
    // What is free is served before anybody is told that the server is ready.
    await life.node.look();
    if (life.instance.kernel.pipeline.failed) {
      await leases.unregister(life.node.member).catch(() => undefined);
      throw await life.lost;
    }
    log("info", "started", { url: this.url, data: store.description, node: life.node.member.nodeId });
    void this.#goOn(life);
  }

  /** Joins again, and again, each time the lease is lost. */
  async #goOn(first: Life): Promise<void> {
    let life = first;
    for (;;) {
      await life.lost;
      this.#life = undefined;
      life.node.abandon();
      if (this.#isStopping) return;
      const next = await this.#joinAgain();
      if (next === undefined) return;
      life = next;
      this.#life = next;
    }
  }

  /** A node that was killed and comes back at another address finds its earlier life there until its lease has ended. */
  async #joinFirst(): Promise<Life> {
    const { leaseMs, log } = this.#options;
    const deadline = this.#time.monotonic() + leaseMs * leasesWaitedForName;
    for (;;) {
      try {
        return await this.#join();
      } catch (error) {
        const isInTheWay = error instanceof NodeIdInUse || error instanceof MustBeAlone;
        if (!isInTheWay || this.#time.monotonic() >= deadline) throw error;
        log("info", "waiting for the lease of an earlier node to end", { reason: error.message });
        await this.#pause(joinPauseMs);
      }
    }
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => void this.#time.after(milliseconds, resolve));
  }

  async #joinAgain(): Promise<Life | undefined> {
    const { log } = this.#options;
    while (!this.#isStopping) {
      try {
        return await this.#join();
      } catch (error) {
        log("warn", "could not join", { error: String(error) });
        await this.#pause(joinPauseMs);
      }
    }
    return undefined;
  }

  async #join(): Promise<Life> {
    const { leases, leaseMs, clock, log, store, publicUrl, origins, sqs, onFatal } = this.#options;
    const node = await Node.join({
      description: this.#description(),
      leases,
      leaseMs,
      clock: this.#time,
      log,
      poke: (nodes) => this.#messages.poke(nodes),
    });
    const lost = Promise.withResolvers<unknown>();
    const instance = createInstance({
      kernel: {
        store,
        clock,
        random: systemRandom,
        clientsInRealTime: true,
        lease: node.lease,
        onFatal,
        onLeaseLost: lost.resolve,
      },
      log,
      requests: this.#requests,
      bodies: this.#bodies,
      publicUrl,
      origins,
      sqs,
      dispatch: (service, name, input, call, raw) =>
        this.#router.route(
          operationRequest(name, input, call, raw, () =>
            operationOf((this.#life?.instance ?? instance).registry, service, name),
          ),
        ),
    });
    instance.hops.connect(this.#messages);
    try {
      await instance.start();
      await this.#checkOthers(node.member);
    } catch (error) {
      instance.kernel.loseLease("the kernel could not start");
      node.abandon();
      await leases.unregister(node.member).catch(() => undefined);
      throw error;
    }
    this.#lives += 1;
    this.#instance = instance;
    node.serve(instance.kernel);
    log("info", "node joined", { node: node.member.nodeId, incarnation: node.member.incarnation });
    return { node, instance, lost: lost.promise };
  }

  #description(): NodeDescription {
    const address = (this.#options.advertise ?? this.url).replace(/\/+$/, "");
    const id = this.#options.nodeId ?? new URL(address).host;
    const { kind } = this.#options.clock;
    return { id, address, version: kind === "virtual" ? `${version} ${virtualMark}` : version };
  }

  /** Time that one node moves would stand still for the others. @throws MustBeAlone */
  async #checkOthers({ incarnation }: Member): Promise<void> {
    const { clock, leases } = this.#options;
    const living = (await leases.view()).nodes.filter(({ leaseLeftMs }) => leaseLeftMs > 0);
    const earlier = living.filter((node) => node.incarnation < incarnation);
    const isVirtual = clock.kind === "virtual" || earlier.some(({ version: other }) => other.endsWith(virtualMark));
    if (earlier[0] !== undefined && isVirtual) throw new MustBeAlone(earlier[0].id);
  }

  #serving() {
    if (this.#life === undefined) return undefined;
    const { node, instance } = this.#life;
    return { node, kernel: instance.kernel, hops: instance.hops };
  }

  #handle(request: IncomingMessage, response: ServerResponse): void {
    const url = request.url ?? "/";
    if (url.startsWith("/_tutti/node/")) {
      const receiver = { messages: this.#messages, secret: this.#secret, now: hostNow, bodies: this.#bodies };
      handleNodeRequest(request, response, receiver).catch((error: unknown) => {
        this.#options.log("error", "a message of another node failed", { url, error: String(error) });
        response.destroy();
      });
      return;
    }
    const instance = this.#instance;
    if (instance === undefined) return sendStarting(response);
    const isOwn = url.startsWith("/_") || url.startsWith("/metrics");
    if (isOwn && handleAdmin(this.#admin(instance), request, response)) return;
    instance.api(request, response);
  }

  #handleWhole(request: HttpRequest, response: HttpResponse): void {
    if (this.#instance === undefined) sendStarting(response);
    else this.#instance.api(request, response);
  }

  #admin(instance: Instance): AdminContext {
    const { store, leases, origins } = this.#options;
    const status = () => ({
      life: this.#life,
      lives: this.#lives,
      router: this.#router.counts,
      messages: this.#messages.counts,
    });
    return {
      kernel: instance.kernel,
      version,
      origins,
      serviceNames: instance.serviceNames,
      dataLocation: store.description,
      metrics: () => renderMetrics([...instance.metrics(), ...nodeMetrics(status())]),
      views: instance.views,
      routeView: async (name, view, query, request) =>
        this.#router.route(await viewRequest(name, view, query, request, () => this.#life?.instance)),
      nodes: async () => showCluster(await leases.view(), status()),
    };
  }

  /** @throws when the clock is real, or another node goes by another */
  async advance(seconds: number): Promise<void> {
    const life = this.#life;
    if (life === undefined) throw new Error("this node is joining again");
    await life.instance.kernel.advanceClock(Math.round(seconds * 1000));
  }

  /** Hands over, then lets requests under way answer, then closes. Once, however often it is called. */
  stop(): Promise<void> {
    return (this.#stopped ??= this.#stop());
  }

  async #stop(): Promise<void> {
    const { log } = this.#options;
    this.#isStopping = true;
    const life = this.#life;
    await life?.node.look();
    this.#isAlone = (life?.node.view.nodes.length ?? 1) < 2;
    if (this.#isAlone) life?.instance.kernel.waiters.expireAll();
    const closed = this.#isAlone ? this.#listener?.close() : undefined;
    await life?.node
      .leave()
      .catch((error: unknown) => log("warn", "left without handing over", { error: String(error) }));
    // Other nodes ask this one nothing more, but for what was on its way when they saw that it has gone.
    if (!this.#isAlone) await this.#pause(nodeLimits.lastRequestsMs);
    // Whoever waited here for what is another's now is answered by that node, through this one.
    await (closed ?? this.#listener?.close());
    await this.close();
    log("info", "stopped");
  }

  /** Lets go of everything. */
  async close(): Promise<void> {
    this.#isStopping = true;
    await this.#listener?.close();
    this.#client.close();
    await this.#options.leases.close();
    const kernel = this.#life?.instance.kernel;
    // A kernel closes its store when it stops.
    await (kernel === undefined ? this.#options.store.close() : kernel.stop());
  }
}

function sendStarting(response: HttpResponse): void {
  const body = "This node is starting.\n";
  response.writeHead(503, { "retry-after": "1", "content-length": String(body.length) });
  response.end(body);
}
