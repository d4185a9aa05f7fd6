/** A port for a server that has to know it before it starts, and may be started on it again. */
import { once } from "node:events";
import { createServer } from "node:net";

/** Below the ports that systems give to whoever asks for any: a connection of another test would take one of those. */
const range = { first: 20_000, count: 12_000 };

/** @returns a port of the loopback address that nobody listens on */
export async function freePort(): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = range.first + Math.floor(Math.random() * range.count);
    const probe = createServer();
    try {
      probe.listen(port, "127.0.0.1");
      await once(probe, "listening");
    } catch (error) {
      if (attempt >= 100) throw error;
      continue;
    }
    probe.close();
    await once(probe, "close");
    return port;
  }
}
