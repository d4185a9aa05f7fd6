/**
 * `npm run bench -- sqs-peers`: the same work done by other queues on the same machine, in turns: 64 senders that each
 * wait for their message to be acknowledged, and messages sent by ten, received and acknowledged. Tutti and moto are
 * asked through the benchmark's own client, the others through their npm clients, whose cost counts with theirs.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { bullmq } from "./peers/bullmq.ts";
import { moto } from "./peers/moto.ts";
import { senders, text } from "./peers/peer.ts";
import type { RunningPeer } from "./peers/peer.ts";
import { rabbitmq } from "./peers/rabbitmq.ts";
import { tutti } from "./peers/tutti.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const seconds = 3;

export async function measurePeers(folder: string): Promise<void> {
  const running = new Map<string, RunningPeer>();
  for (const peer of [tutti, rabbitmq, bullmq, moto]) {
    const own = join(folder, String(running.size));
    await mkdir(own);
    const started = await peer.start(own);
    if (started === undefined) print(`${peer.title}: not installed (${peer.remedy})`);
    else running.set(peer.title, started);
  }
  try {
    for (const [title, kind] of [
      ["sent one by one", "send"],
      ["sent by ten, received and deleted or acknowledged", "cycle"],
    ] as const) {
      const measurements = [...running].map(([name, peer]) => [name, () => peer[kind](seconds)] as const);
      const results = await inTurns(rounds, Object.fromEntries(measurements));
      print(`Messages of ${text.length} bytes ${title}; ${senders} senders, ${rounds} rounds, medians`);
      for (const [name, rates] of Object.entries(results)) {
        const relative = ratio(results[tutti.title] ?? [], rates).toFixed(2);
        print(`  ${name.padEnd(52)} ${median(rates).toFixed(0).padStart(6)} messages/s   Tutti: ${relative} times`);
      }
    }
  } finally {
    for (const peer of running.values()) await peer.stop();
  }
}
