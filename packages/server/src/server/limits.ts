/** What the listener takes from clients, whoever they are: time, bytes and connections. */
import type { BodyBudgetLimits } from "../protocol/http/body-budget.ts";

export interface ListenerLimits {
  /** Open connections; a further one is closed at once. */
  readonly connectionsMax: number;
  /** From the first byte of a connection or request to the end of its head. */
  readonly headMsMax: number;
  readonly headBytesMax: number;
  /** From the first byte of a request to the end of its body. */
  readonly requestMsMax: number;
  /** How often `headMsMax` and `requestMsMax` are looked after. */
  readonly checkMs: number;
  /** Longer than the idle time after which clients drop a pooled connection, so that they and not we close it. */
  readonly keepAliveMs: number;
  /** Without a byte in either direction; longer than the longest wait of an operation. */
  readonly silenceMsMax: number;
  /** How long a stop waits for requests under way. */
  readonly stopMsMax: number;
  /** Requests a client may send on a connection before it has the answer to the first; beyond, it is closed. */
  readonly pipelinedRequestsMax: number;
}

export const listenerLimits: ListenerLimits = {
  connectionsMax: 10_000,
  headMsMax: 30_000,
  headBytesMax: 32 * 1024,
  requestMsMax: 120_000,
  checkMs: 5_000,
  keepAliveMs: 65_000,
  silenceMsMax: 900_000,
  stopMsMax: 5_000,
  pipelinedRequestsMax: 256,
};

/**
 * Of a request, before decompression and after. A message of 1 MiB is up to three times as long when it is percent-encoded,
 * and up to six times in JSON: there are writers of JSON that escape quotes, angle brackets and all that is not ASCII as `\u0022`.
 */
export const bodyBytesMax = 7 * 1024 * 1024;

/**
 * Of all bodies together that are not small. Those of SDKs' common calls are, and so is all that one read of a socket brings
 * (`short-way.ts`): for ten thousand connections that is 640 MiB beside the budget, at the very most.
 */
export const bodyBudgetLimits: BodyBudgetLimits = {
  bytesMax: 256 * 1024 * 1024,
  smallBytesMax: 64 * 1024,
};
