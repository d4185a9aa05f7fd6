/** Tutti as the peers are measured. */
import { createQueue, startTutti } from "../servers.ts";
import { cycleRate, sendRate } from "../sqs-clients.ts";
import { senders } from "./peer.ts";
import type { Peer } from "./peer.ts";

export const tutti: Peer = {
  title: "Tutti, SQLite, every answer synced",
  remedy: "",
  async start(folder) {
    const server = await startTutti(folder);
    let queues = 0;
    const load = async (seconds: number) => {
      queues += 1;
      const queueUrl = await createQueue(server, `bench-${queues}`);
      return { port: server.port, queueUrl, connections: senders, seconds, warmUpSeconds: 1 };
    };
    return {
      send: async (seconds) => (await sendRate(await load(seconds))).rate,
      cycle: async (seconds) => (await cycleRate(await load(seconds))).rate,
      stop: () => server.stop(),
    };
  },
};
