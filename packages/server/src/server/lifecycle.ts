/** The HTTP listener: start, limits on what clients may take, and a stop that lets requests under way finish. */
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { hostTimer } from "../kernel/clock.ts";
import type { HttpHandler } from "../protocol/http/exchange.ts";
import { bodyBytesMax, listenerLimits } from "./limits.ts";
import type { ListenerLimits } from "./limits.ts";
import { ShortWay } from "./short-way.ts";

export interface Listener {
  /** Such as `http://127.0.0.1:4566`. */
  readonly url: string;
  /** Takes no new requests; resolves when those under way are answered or `stopMsMax` of the limits has passed. */
  close(): Promise<void>;
}

export interface Handlers {
  readonly any: RequestListener;
  /** For AWS JSON calls that arrive whole. */
  readonly whole: HttpHandler;
}

export async function listen(
  handlers: Handlers,
  host: string,
  port: number,
  limits: ListenerLimits = listenerLimits,
): Promise<Listener> {
  const bounded = boundPipelines(handlers.any, limits.pipelinedRequestsMax);
  const handle: RequestListener = (request, response) => {
    // Of a server that has been closed meanwhile, the connection would stay for its keep-alive time.
    response.once("close", () => server.listening || server.closeIdleConnections());
    bounded(request, response);
  };
  const server = createServer(
    {
      connectionsCheckingInterval: limits.checkMs,
      headersTimeout: limits.headMsMax,
      keepAliveTimeout: limits.keepAliveMs,
      maxHeaderSize: limits.headBytesMax,
      noDelay: true,
      requestTimeout: limits.requestMsMax,
    },
    handle,
  );
  server.maxConnections = limits.connectionsMax;
  // A head is bounded by its bytes; headers beyond a count would be dropped without a word.
  server.maxHeadersCount = 0;
  server.timeout = limits.silenceMsMax;
  // A client may close its side when it has asked; Node has no documented name for answering it nevertheless.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    // Who asks before sending is not asked for what would be refused.
    if (Number(request.headers["content-length"] ?? 0) <= bodyBytesMax) response.writeContinue();
    handle(request, response);
  });
  const shortWay = takeConnections(server, handlers.whole, limits);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port: actualPort } = server.address() as AddressInfo;
  const authority = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${authority}:${actualPort}`, close: () => close(server, shortWay, limits.stopMsMax) };
}

/** Connections come to the short way first, and to the server's own listeners when that hands them over. */
function takeConnections(server: Server, handle: HttpHandler, limits: ListenerLimits): ShortWay {
  const listeners = server.listeners("connection") as ((socket: Socket) => void)[];
  const shortWay = new ShortWay(handle, limits, (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  });
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => shortWay.take(socket));
  return shortWay;
}

/** Node reads on while earlier answers are awaited, so requests that wait would pile up on a connection without end. */
function boundPipelines(handler: RequestListener, requestsMax: number): RequestListener {
  const waiting = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    // A response has the socket unless an earlier one of the same connection still has it.
    if (response.socket === null) {
      const count = (waiting.get(socket) ?? 0) + 1;
      if (count > requestsMax) {
        socket.destroy();
        return;
      }
      waiting.set(socket, count);
      response.once("close", () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    }
    handler(request, response);
  };
}

function close(server: Server, shortWay: ShortWay, stopMsMax: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = hostTimer(stopMsMax, () => {
      server.closeAllConnections();
      shortWay.cut();
    });
    server.close(() => {
      cut.cancel();
      resolve();
    });
    server.closeIdleConnections();
    shortWay.close();
  });
}
