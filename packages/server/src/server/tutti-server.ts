/**
 * The composition root: puts the kernel, the protocols and the services together and opens the port.
 *
 * Order of a start: lock the data directory or reach the database, open the store, migrate and load, rebuild what is derived, listen.
 * Order of a stop: take no new requests, let waiting ones answer, write what is open, close the store, give up the lock.
 */
import { mkdirSync } from "node:fs";
import { RealClock } from "../kernel/clock.ts";
import { createLog } from "../kernel/log.ts";
import type { Log } from "../kernel/log.ts";
import { systemRandom } from "../kernel/random.ts";
import { lockDataDirectory } from "../kernel/store/data-directory.ts";
import { MemoryStore } from "../kernel/store/memory-store.ts";
import { openPostgresStore } from "../kernel/store/postgres/postgres-store.ts";
import { openSqliteStore } from "../kernel/store/sqlite/sqlite-store.ts";
import type { Store } from "../kernel/store/store.ts";
import { VirtualClock } from "../kernel/virtual-clock.ts";
import { version } from "../version.ts";
import { handleAdmin } from "./admin.ts";
import { listen } from "./lifecycle.ts";
import { createInstance } from "./instance.ts";
import { renderMetrics, RequestCounts } from "./metrics.ts";
import { checkHost } from "./options.ts";
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
 * @throws ConfigurationError, DataDirectoryInUse, StoreFault, or the listener's error (EADDRINUSE)
 */
export async function startServer(options: ServerOptions): Promise<TuttiServer> {
  checkHost(options.host, options.allowRemote);
  const clock = options.clock === "virtual" ? new VirtualClock(new RealClock().now()) : new RealClock();
  const log = createLog(options.logLevel, () => clock.now(), options.writeLog);
  const { store, release } = await openStore(options);
  const instance = createInstance({
    kernel: { store, clock, random: systemRandom, clientsInRealTime: true, onFatal: fatal(options, log) },
    log,
    requests: new RequestCounts(),
    publicUrl: options.publicUrl,
  });
  const { kernel } = instance;
  try {
    await instance.start();
    const admin = {
      kernel,
      version,
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
    await kernel.stop().finally(release);
    throw error;
  }
}

async function openStore(options: ServerOptions): Promise<{ store: Store; release: () => void }> {
  const { dataDirectory, storeUrl, allowUnsafeStore = false } = options;
  if (storeUrl !== undefined) {
    const store = await openPostgresStore(storeUrl, { allowUnsafe: allowUnsafeStore });
    return { store, release: () => undefined };
  }
  if (dataDirectory === undefined) return { store: new MemoryStore(), release: () => undefined };
  mkdirSync(dataDirectory, { recursive: true });
  const lock = lockDataDirectory(dataDirectory);
  return { store: openSqliteStore(lock.databasePath), release: () => lock.release() };
}

function fatal(options: ServerOptions, log: Log): (error: unknown) => void {
  return (error) => {
    log("error", "stopping at once: memory may be ahead of the disk", {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    options.onFatal(error);
  };
}

function once(action: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  return () => (running ??= action());
}
