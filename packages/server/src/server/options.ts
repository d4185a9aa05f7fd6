/** How a server is set up. The command line, the tests' server and `examples/` all come through here. */
import type { LogLevel } from "../kernel/log.ts";

export interface ServerOptions {
  /** TCP port; 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Where data lives, unless `storeUrl` says so; undefined keeps everything in memory. */
  readonly dataDirectory: string | undefined;
  /** A PostgreSQL database, as `postgres://user:password@host:port/database`. */
  readonly storeUrl?: string | undefined;
  /** Takes a database that does not sync what it has confirmed. */
  readonly allowUnsafeStore?: boolean;
  /** With `storeUrl`: the name of this node, the address other nodes reach it at, and how long its lease lasts. */
  readonly nodeId?: string | undefined;
  readonly advertise?: string | undefined;
  readonly leaseSeconds?: number;
  /** Of a new installation; one that is there keeps what it was made with. */
  readonly shardCount?: number | undefined;
  readonly clock: "real" | "virtual";
  readonly logLevel: LogLevel;
  /** How clients reach the server, where it is not what their requests' Host says: queue URLs begin with it. */
  readonly publicUrl?: string | undefined;
  /** Origins of web pages that may use the server, besides this machine's and that of `publicUrl`; `*` for all. */
  readonly allowOrigins?: readonly string[] | undefined;
  /** Messages of a standard SQS queue that may be in flight; AWS's 120,000 when absent. */
  readonly sqsInFlightMax?: number | undefined;
  /** The same of a FIFO queue; AWS's 120,000 when absent. */
  readonly sqsFifoInFlightMax?: number | undefined;
  /** Bytes that the bodies of requests may take together, small ones apart; 256 MiB when absent. */
  readonly bodyBudgetBytes?: number | undefined;
  /** Takes one log line. */
  readonly writeLog: (line: string) => void;
  /** Allows a host that other machines can reach, although requests are not authenticated. */
  readonly allowRemote: boolean;
  /** Runs when the store has failed and memory is ahead of the disk; the process must end. */
  readonly onFatal: (error: unknown) => void;
}

export const portDefault = 4566;
export const hostDefault = "127.0.0.1";
export const leaseSecondsDefault = 5;
export const dataDirectoryDefault = "./.tutti";

export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

/** The origins of web pages that may use a server of these options, besides this machine's. */
export function originsOf({ allowOrigins = [], publicUrl }: ServerOptions): string[] {
  return publicUrl === undefined ? [...allowOrigins] : [...allowOrigins, new URL(publicUrl).origin];
}

/** @throws ConfigurationError when the server would be open to other machines without anyone having asked for it */
export function checkHost(host: string, allowRemote: boolean): void {
  if (allowRemote || isLoopback(host)) return;
  throw new ConfigurationError(
    `--host ${host} can be reached from other machines, and requests are not authenticated. ` +
      "Keep to 127.0.0.1, or pass --allow-remote if the network around this machine is trusted.",
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
