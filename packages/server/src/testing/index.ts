/**
 * Tutti inside a test: a whole server in this process, in memory, on a free port, with a clock the test moves.
 *
 *     const tutti = await startTutti();
 *     const sfn = new SFNClient({ endpoint: tutti.url, region: "us-east-1", credentials: tutti.credentials });
 *     // … start an execution that waits thirty days …
 *     await tutti.advance({ days: 30 });
 *     await tutti.stop();
 */
import { startServer } from "../server/tutti-server.ts";

export interface TestServerOptions {
  /** Keeps data in this directory; in memory when absent. */
  readonly dataDirectory?: string;
  /** `virtual` when absent. */
  readonly clock?: "real" | "virtual";
  /** Origins of web pages that may use the server, besides this machine's; `*` for all. */
  readonly allowOrigins?: readonly string[];
  /** Messages of a standard SQS queue that may be in flight; AWS's 120,000 when absent. */
  readonly sqsInFlightMax?: number;
  /** The same of a FIFO queue. */
  readonly sqsFifoInFlightMax?: number;
  /** Takes log lines of level `warn` and above; dropped when absent. */
  readonly writeLog?: (line: string) => void;
}

export interface Duration {
  readonly days?: number;
  readonly hours?: number;
  readonly minutes?: number;
  readonly seconds?: number;
}

export interface TestServer extends AsyncDisposable {
  /** The endpoint for any AWS client. */
  readonly url: string;
  /** Any credentials do; these select the default account. */
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** The server's time. */
  now(): Date;
  /** Moves the clock forward, firing every deadline on the way in order; resolves when their effects are durable. */
  advance(duration: Duration): Promise<void>;
  stop(): Promise<void>;
}

export async function startTutti(options: TestServerOptions = {}): Promise<TestServer> {
  const server = await startServer({
    port: 0,
    host: "127.0.0.1",
    dataDirectory: options.dataDirectory,
    clock: options.clock ?? "virtual",
    logLevel: "warn",
    writeLog: options.writeLog ?? (() => undefined),
    allowOrigins: options.allowOrigins,
    sqsInFlightMax: options.sqsInFlightMax,
    sqsFifoInFlightMax: options.sqsFifoInFlightMax,
    allowRemote: false,
    onFatal: (error) => {
      throw error;
    },
  });
  return {
    url: server.url,
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    now: () => new Date(server.now()),
    advance: ({ days = 0, hours = 0, minutes = 0, seconds = 0 }) =>
      server.advance(((days * 24 + hours) * 60 + minutes) * 60 + seconds),
    stop: () => server.stop(),
    [Symbol.asyncDispose]: () => server.stop(),
  };
}
