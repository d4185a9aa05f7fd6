/** BullMQ over Redis, which syncs its log to the disk before it answers a write (`appendfsync always`). */
import { Queue, Worker } from "bullmq";
import { startProcess } from "../servers.ts";
import { findProgram, freePort, loops, pause, senders, text } from "./peer.ts";
import type { Peer } from "./peer.ts";

/** Jobs sent and not done yet; senders wait beyond it. */
const outstandingMax = 2_000;

export const bullmq: Peer = {
  title: "BullMQ, Redis with appendfsync always",
  remedy: "apt-get install redis-server",
  async start(folder) {
    const program = findProgram("redis-server", ["/usr/bin"]);
    if (program === undefined) return undefined;
    const port = await freePort();
    const words = ["--port", String(port), "--bind", "127.0.0.1", "--dir", folder, "--save", ""];
    const durable = ["--appendonly", "yes", "--appendfsync", "always"];
    const server = await startProcess(program, [...words, ...durable], /(Ready) to accept connections/);
    const connection = { host: "127.0.0.1", port, maxRetriesPerRequest: null };
    return {
      async send(seconds) {
        const queue = new Queue(`send-${performance.now()}`, { connection });
        const rate = await loops(seconds, async () => {
          await queue.add("message", { text });
          return 1;
        });
        await queue.close();
        return rate;
      },
      async cycle(seconds) {
        const name = `cycle-${performance.now()}`;
        const queue = new Queue(name, { connection });
        const jobs = Array.from({ length: 10 }, () => ({
          name: "message",
          data: { text },
          opts: { removeOnComplete: true },
        }));
        let [sent, done] = [0, 0];
        const worker = new Worker(name, async () => undefined, { connection, concurrency: senders });
        worker.on("completed", () => void (done += 1));
        let counted = 0;
        const rate = await loops(seconds, async () => {
          if (sent - done < outstandingMax) {
            sent += jobs.length;
            await queue.addBulk(jobs);
          } else await pause(0.001);
          const before = counted;
          counted = done;
          return counted - before;
        });
        await worker.close();
        await queue.close();
        return rate;
      },
      stop: () => server.stop(),
    };
  },
};
