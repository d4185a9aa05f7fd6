/** The HTTP listener: start, and a stop that lets requests under way finish. */
import { createServer } from "node:http";
import type { RequestListener, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { hostTimer } from "../kernel/clock.ts";

/** How long a stop waits for requests under way. */
const stopMsMax = 5_000;
/** Longer than the idle time after which clients drop a pooled connection, so that they and not we close it. */
const keepAliveMs = 65_000;

export interface Listener {
  /** Such as `http://127.0.0.1:4566`. */
  readonly url: string;
  /** Takes no new requests; resolves when those under way are answered or `stopMsMax` has passed. */
  close(): Promise<void>;
}

export async function listen(handler: RequestListener, host: string, port: number): Promise<Listener> {
  const server = createServer({ keepAliveTimeout: keepAliveMs, noDelay: true }, handler);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
  const { port: actualPort } = server.address() as AddressInfo;
  const authority = host.includes(":") ? `[${host}]` : host;
  return { url: `http://${authority}:${actualPort}`, close: () => close(server) };
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    const cut = hostTimer(stopMsMax, () => server.closeAllConnections());
    server.close(() => {
      cut.cancel();
      resolve();
    });
    server.closeIdleConnections();
  });
}
