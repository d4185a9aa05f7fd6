/**
 * One wire protocol of one service: from an HTTP request to an operation's input, and from its output or error to an
 * HTTP reply. AWS JSON and Query/XML are here; REST-JSON and REST-XML fit the same four functions, since `match` sees
 * method and path and `decode` sees the whole request.
 */
import type { Call, WireProtocol } from "../kernel/call.ts";
import type { ServiceError } from "../kernel/service-error.ts";
import type { CompiledOperation } from "./model/service-model.ts";
import type { WireRequest } from "./wire-request.ts";

export interface WireReply {
  readonly status: number;
  readonly contentType: string | undefined;
  readonly body: string | Uint8Array;
  /** Further headers, name after value after name. */
  readonly headers?: readonly string[];
}

export interface ProtocolCodec {
  readonly protocol: Exclude<WireProtocol, "internal">;
  /** The operation the request names; undefined when it names none this service has. */
  match(request: WireRequest): CompiledOperation | undefined;
  /**
   * The operation's input, checked against the model. Blobs are `Uint8Array`, timestamps `Date`, absent members absent.
   * @throws ServiceError when the request cannot be read or breaks the model's constraints.
   */
  decode(operation: CompiledOperation, request: WireRequest, call: Call): unknown;
  /** @throws Error when the output is not what the model says: a fault of the service. */
  encode(operation: CompiledOperation, output: unknown, request: WireRequest, requestId: string): WireReply;
  encodeError(error: ServiceError, request: WireRequest, requestId: string): WireReply;
}
