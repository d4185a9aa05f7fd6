/**
 * `npm run bench -- sqs`: sends one by one and in batches of ten, and the whole life of a message (send, receive,
 * delete) in batches of ten, against the echo server of the same run. Beside the rates it says how much processor time a
 * message takes, by thread: where cores are shared with others that is the steadier figure.
 */
import type { ClientsResult } from "./clients.ts";
import { call, createQueue, threadSeconds } from "./servers.ts";
import type { Server } from "./servers.ts";
import { cycleRate, echoRate, sendBatchRate, sendRate, text256 } from "./sqs-clients.ts";
import type { Load } from "./sqs-clients.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const load = { connections: 64, seconds: 3, warmUpSeconds: 1 };

/** Of one kind of measurement: microseconds of processor time a message, by thread and round, and latencies. */
class Costs {
  readonly #lines: { main: number; store: number; rest: number; client: number }[] = [];
  readonly #turns: ClientsResult[] = [];

  async of(server: Server, measure: (observe: () => void) => Promise<ClientsResult>): Promise<number> {
    const samples: { main: number; store: number; rest: number; client: number }[] = [];
    const result = await measure(() => {
      const { user, system } = process.cpuUsage();
      samples.push({ ...threadSeconds(server), client: (user + system) / 1e6 });
    });
    const [before, after] = samples;
    const messages = result.rate * load.seconds;
    const each = (name: "main" | "store" | "rest" | "client"): number =>
      (((after?.[name] ?? 0) - (before?.[name] ?? 0)) * 1e6) / messages;
    this.#lines.push({ main: each("main"), store: each("store"), rest: each("rest"), client: each("client") });
    this.#turns.push(result);
    return result.rate;
  }

  /** Medians. */
  toString(): string {
    const of = (name: "main" | "store" | "rest" | "client"): string =>
      median(this.#lines.map((line) => line[name])).toFixed(1);
    return `${of("main")} µs main thread, ${of("store")} store's thread, ${of("rest")} others; client ${of("client")}`;
  }

  /** Median and 99th percentile of a turn, medians of the rounds. */
  latency(): string {
    const of = (name: "medianMs" | "p99Ms"): string => median(this.#turns.map((turn) => turn[name])).toFixed(1);
    return `median ${of("medianMs")} ms, p99 ${of("p99Ms")} ms`;
  }
}

export async function measureBatches(tutti: Server, echo: Server): Promise<void> {
  const costs = { echo: new Costs(), send: new Costs(), batch: new Costs(), cycle: new Costs() };
  const results = await inTurns(rounds, {
    echo: () => costs.echo.of(echo, (observe) => echoRate({ port: echo.port, ...load, observe })),
    send: () => onFreshQueue(tutti, costs.send, sendRate),
    batch: () => onFreshQueue(tutti, costs.batch, sendBatchRate),
    cycle: () => onFreshQueue(tutti, costs.cycle, cycleRate),
  });
  print(
    `Messages of ${text256.length} bytes, ${load.connections} connections, ${rounds} rounds, medians; every answer to a send or delete waits for the disk`,
  );
  print(`  echo                        ${median(results.echo).toFixed(0)} requests/s (${costs.echo.latency()})`);
  const titles = { send: "SendMessage", batch: "SendMessageBatch of 10", cycle: "send, receive, delete by 10" };
  for (const [name, title] of Object.entries(titles) as ["send" | "batch" | "cycle", string][]) {
    const rate = median(results[name]).toFixed(0);
    const relative = ratio(results[name], results.echo).toFixed(2);
    print(`  ${title.padEnd(27)} ${rate} messages/s, ${relative} a request of echo (a turn: ${costs[name].latency()})`);
  }
  print(`  batches against single sends  ${ratio(results.batch, results.send).toFixed(2)} times the messages`);
  print("Processor time a message");
  for (const name of ["echo", "send", "batch", "cycle"] as const) print(`  ${name.padEnd(6)} ${String(costs[name])}`);
}

let queues = 0;

/** A queue of its own, so that no measurement meets what another has left. */
async function onFreshQueue(
  tutti: Server,
  costs: Costs,
  measure: (options: Load) => Promise<ClientsResult>,
): Promise<number> {
  queues += 1;
  const queueUrl = await createQueue(tutti, `bench-${queues}`);
  const rate = await costs.of(tutti, (observe) => measure({ port: tutti.port, queueUrl, ...load, observe }));
  await call(tutti, "AmazonSQS.DeleteQueue", { QueueUrl: queueUrl });
  return rate;
}
