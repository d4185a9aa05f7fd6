/**
 * What the handler needs of a request and its answer, whoever reads and writes them: `node:http`, or the listener's own
 * reader of requests that arrive whole.
 */
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** A request that was read together with its body. */
export interface WholeRequest {
  readonly method: string;
  readonly url: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly socket: Socket;
  readonly wholeBody: Buffer;
}

export type HttpRequest = IncomingMessage | WholeRequest;

/** The answer to a whole request. */
export interface WholeResponse {
  /** The connection is gone. */
  readonly destroyed: boolean;
  readonly headersSent: boolean;
  writeHead(status: number, headers: OutgoingHttpHeaders): unknown;
  end(body: string): unknown;
  /** Once the answer has been written, or its connection is gone. */
  once(event: "close", listener: () => void): unknown;
}

export type HttpResponse = ServerResponse | WholeResponse;

export type HttpHandler = (request: HttpRequest, response: HttpResponse) => void;

export function isWhole(request: HttpRequest): request is WholeRequest {
  return "wholeBody" in request;
}
