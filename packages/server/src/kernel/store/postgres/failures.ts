/** What a failed statement or connection means for whoever asked. */
import { fenceFailure } from "./statements.ts";

export type Failure =
  /** The server rolled the transaction back, and would do it if it came again. */
  | "again"
  /** The connection is gone, and with it the answer: what was sent may have been done or not. */
  | "lost"
  /** The fence did not hold. */
  | "fenced"
  /** The server says no and would say so again. */
  | "refused";

/** Classes of SQLSTATE. A commit that fails with one of these was rolled back. */
const rolledBack: ReadonlySet<string> = new Set([
  "40001", // serialization failure
  "40P01", // deadlock
  "55P03", // lock not available
  "57014", // statement timeout
]);

/** The server is starting, stopping, full, or has become a standby: another moment, or another server, may take it. */
const unavailable = /^(?:08|53|57P|25006|25P03)/;

/** SQLSTATE of the server's error; undefined for any other error. */
export function sqlState(error: unknown): string | undefined {
  const isServers = error instanceof Error && "severity" in error && "code" in error;
  return isServers ? String(error.code) : undefined;
}

export function failureOf(error: unknown): Failure {
  const state = sqlState(error);
  if (state === undefined) return error instanceof RangeError || error instanceof TypeError ? "refused" : "lost";
  if (state === fenceFailure) return "fenced";
  if (rolledBack.has(state)) return "again";
  return unavailable.test(state) ? "lost" : "refused";
}
