/**
 * The composition root: puts the kernel, the protocols and the services together and opens the port.
 *
 * Order of a start: lock the data directory or reach the database, open the store, migrate and load, rebuild what is derived, listen.
 * Order of a stop: take no new requests, let waiting ones answer, write what is open, close the store, give up the lock.
 */
import { RealClock } from "../kernel/clock.ts";
import type { Clock } from "../kernel/clock.ts";
import { createLog } from "../kernel/log.ts";
import type { Log } from "../kernel/log.ts";
import { systemRandom } from "../kernel/random.ts";
import { Origins } from "../protocol/http/origins.ts";
import { lockDataDirectory } from "../kernel/store/data-directory.ts";
import { MemoryStore } from "../kernel/store/memory-store.ts";
import { openPostgresLeases } from "../kernel/store/postgres/postgres-leases.ts";
import { openPostgresStore } from "../kernel/store/postgres/postgres-store.ts";
import { openSqliteStore } from "../kernel/store/sqlite/sqlite-store.ts";
import type { Store } from "../kernel/store/store.ts";
import { VirtualClock } from "../kernel/virtual-clock.ts";
import { version } from "../version.ts";
import { handleAdmin } from "./admin.ts";
import { bodyBudgets } from "./body-budgets.ts";
import { listen } from "./lifecycle.ts";
import { createInstance } from "./instance.ts";
import { renderMetrics, RequestCounts } from "./metrics.ts";
import { startNodeServer } from "./nodes/node-server.ts";
import { checkHost, leaseSecondsDefault, originsOf } from "./options.ts";
import type { ServerOptions } from "./options.ts";

export interface TuttiServer {
  /** Such as `http://127.0.0.1:4566`. */
  readonly url: string;
  /** Where data lives, for people. */
  readonly dataLocation: string;
  /** Whether what is acknowledged survives the process. */
  readonly durable: boolean;
  /** Moves a virtual clock forward and fires every deadline on the way, in order. */
  advance(seconds: number): Promise<void>;
  /** Milliseconds since the epoch, as the server sees them. */
  now(): number;
  stop(): Promise<void>;
}

/**
 * @throws ConfigurationError, DataDirectoryInUse, StoreFault, NodeIdInUse, or the listener's error (EADDRINUSE)
 */
export async function startServer(options: ServerOptions): Promise<TuttiServer> {
  checkHost(options.host, options.allowRemote);
  const clock = options.clock === "virtual" ? new VirtualClock(new RealClock().now()) : new RealClock();
  const log = createLog(options.logLevel, () => clock.now(), options.writeLog);
  if (options.storeUrl !== undefined) return startNode(options, options.storeUrl, clock, log);
  const { store, release } = openStore(options.dataDirectory);
  const origins = new Origins(originsOf(options));
  const instance = createInstance({
    kernel: { store, clock, random: systemRandom, clientsInRealTime: true, onFatal: fatal(options, log) },
    log,
    requests: new RequestCounts(),
    bodies: bodyBudgets(options.bodyBudgetBytes),
    publicUrl: options.publicUrl,
    origins,
    sqs: { inFlightMax: options.sqsInFlightMax, fifoInFlightMax: options.sqsFifoInFlightMax },
  });
  const { kernel } = instance;
  try {
    await instance.start();
    const admin = {
      kernel,
      version,
      origins,
      serviceNames: instance.serviceNames,
      dataLocation: store.description,
      metrics: () => renderMetrics(instance.metrics()),
      views: instance.views,
    };
    const listener = await listen(
      {
        any: (request, response) => {
          const url = request.url ?? "/";
          if ((url.startsWith("/_") || url.startsWith("/metrics")) && handleAdmin(admin, request, response)) return;
          instance.api(request, response);
        },
        whole: instance.api,
      },
      options.host,
      options.port,
    );
    log("info", "started", { url: listener.url, data: store.description });
    return {
      url: listener.url,
      dataLocation: store.description,
      durable: store.durable,
      advance: (seconds) => kernel.advanceClock(Math.round(seconds * 1000)),
      now: () => clock.now(),
      stop: once(async () => {
        const closed = listener.close();
        kernel.waiters.expireAll();
        await closed;
        await kernel.stop().finally(release);
        log("info", "stopped");
      }),
    };
  } catch (error) {
    // A store that could not be opened cannot be closed either; the reason is the first.
    await kernel.stop().then(release, release);
    throw error;
  }
}

/** A server over a store that others may use as well: one of several nodes, and the only one until another comes. */
async function startNode(options: ServerOptions, url: string, clock: Clock, log: Log): Promise<TuttiServer> {
  const { allowUnsafeStore: allowUnsafe = false, leaseSeconds = leaseSecondsDefault } = options;
  const leaseMs = leaseSeconds * 1000;
  // Longer than the lease nobody waits for a commit: whoever could confirm it would not be the owner any more.
  const store = await openPostgresStore(url, { allowUnsafe, deadlineMs: leaseMs, answerMsMax: leaseMs });
  const leases = openPostgresLeases(url, store, { answerMsMax: leaseMs, allowUnsafe });
  const { host, port, publicUrl, nodeId, advertise, shardCount, bodyBudgetBytes } = options;
  const sqs = { inFlightMax: options.sqsInFlightMax, fifoInFlightMax: options.sqsFifoInFlightMax };
  const onFatal = fatal(options, log);
  const own = { host, port, publicUrl, origins: new Origins(originsOf(options)), nodeId, advertise, shardCount, sqs };
  return startNodeServer({ ...own, bodyBudgetBytes, store, leases, clock, log, leaseMs, onFatal });
}

function openStore(dataDirectory: string | undefined): { store: Store; release: () => void } {
  if (dataDirectory === undefined) return { store: new MemoryStore(), release: () => undefined };
  const lock = lockDataDirectory(dataDirectory);
  return { store: openSqliteStore(lock.databasePath), release: () => lock.release() };
}

function fatal(options: ServerOptions, log: Log): (error: unknown) => void {
  return (error) => {
    log("error", "TUTTI-0112: stopping at once: memory may be ahead of the disk", {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    options.onFatal(error);
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
