/**
 * A TCP proxy between a client and a server, whose network does what a test wants of it: connections break before what
 * the client says arrives, or after it has and before the answer comes back; bytes are held; nobody gets in.
 */
import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";

/** What happens to the next bytes of a client that has something to say. */
export type Fault =
  /** They are lost, and the connection with them. */
  | "cut before"
  /** They arrive; the connection breaks before the answer. */
  | "cut after"
  /** They arrive; the answer, and all that follows it on this connection, is lost, and nobody is told. */
  | "silence";

export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections made so far. */
  readonly connections: number;
  /** For connections to come and those there are: one fault, once. Resolves when it has happened. */
  inject(fault: Fault): Promise<void>;
  /** Breaks every connection there is. */
  cut(): void;
  /** While true, whoever connects is cut off at once. */
  refuses: boolean;
  /** While true, whatever is said on any connection is lost, and nobody is told. */
  stalls: boolean;
}

export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<readonly [Socket, Socket]>();
  let waiting: { readonly fault: Fault; readonly happened: () => void } | undefined;
  let connections = 0;
  const takeFault = (): Fault | undefined => {
    const taken = waiting;
    waiting = undefined;
    taken?.happened();
    return taken?.fault;
  };
  const server = createServer((client) => {
    client.on("error", () => undefined);
    if (proxy.refuses) {
      client.destroy();
      return;
    }
    connections += 1;
    const target = connect(targetPort, "127.0.0.1");
    target.on("error", () => undefined);
    const pair = [client, target] as const;
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      target.destroy();
    };
    client.once("close", end);
    target.once("close", end);
    let answerIsLost: Fault | undefined;
    client.on("data", (bytes) => {
      if (proxy.stalls) return undefined;
      const fault = takeFault();
      if (fault === "cut before") return end();
      answerIsLost = fault ?? answerIsLost;
      target.write(bytes);
    });
    target.on("data", (bytes) => {
      if (proxy.stalls) return undefined;
      if (answerIsLost === "cut after") return end();
      if (answerIsLost === undefined) client.write(bytes);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = (): void => {
    for (const [client] of pairs) client.destroy();
  };
  const proxy: TcpProxy = {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    refuses: false,
    stalls: false,
    inject: (fault) => new Promise((happened) => (waiting = { fault, happened })),
    cut,
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
  return proxy;
}
