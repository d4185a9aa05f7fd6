/** RabbitMQ: a durable classic queue, persistent messages, publisher confirms, acknowledgements by the consumer. */
import { connect } from "amqplib";
import type { ConfirmChannel } from "amqplib";
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startProcess } from "../servers.ts";
import { findProgram, freePort, loops, pause, senders, text } from "./peer.ts";
import type { Peer } from "./peer.ts";

const outstandingMax = 2_000;
const body = Buffer.from(text);

export const rabbitmq: Peer = {
  title: "RabbitMQ, durable classic queue, publisher confirms",
  remedy: "apt-get install rabbitmq-server",
  async start(folder) {
    const program = findProgram("rabbitmq-server", ["/usr/lib/rabbitmq/bin"]);
    const portMapper = findProgram("epmd", ["/usr/bin"]);
    if (program === undefined || portMapper === undefined) return undefined;
    const [port, distributionPort, mapperPort] = [await freePort(), await freePort(), await freePort()];
    writeFileSync(join(folder, "plugins"), "[].");
    const environment = {
      ...process.env,
      ERL_EPMD_ADDRESS: "127.0.0.1",
      ERL_EPMD_PORT: String(mapperPort),
      HOME: folder,
      RABBITMQ_DIST_PORT: String(distributionPort),
      RABBITMQ_ENABLED_PLUGINS_FILE: join(folder, "plugins"),
      RABBITMQ_LOG_BASE: folder,
      RABBITMQ_MNESIA_BASE: folder,
      RABBITMQ_NODENAME: "bench@localhost",
      RABBITMQ_NODE_IP_ADDRESS: "127.0.0.1",
      RABBITMQ_NODE_PORT: String(port),
    };
    // Started here, or RabbitMQ would start one that stays.
    const mapper = spawn(portMapper, ["-address", "127.0.0.1", "-port", String(mapperPort)], { stdio: "ignore" });
    const server = await startProcess(program, [], /(completed) with \d+ plugins/, environment);
    const url = `amqp://127.0.0.1:${port}`;
    return {
      async send(seconds) {
        const connection = await connect(url);
        const channel = await connection.createConfirmChannel();
        const { queue } = await channel.assertQueue(`send-${performance.now()}`, { durable: true });
        const rate = await loops(seconds, async () => {
          await publish(channel, queue);
          return 1;
        });
        await channel.deleteQueue(queue);
        await connection.close();
        return rate;
      },
      async cycle(seconds) {
        const connection = await connect(url);
        const channel = await connection.createConfirmChannel();
        const { queue } = await channel.assertQueue(`cycle-${performance.now()}`, { durable: true });
        const consumer = await connection.createChannel();
        await consumer.prefetch(senders * 10);
        let [sent, done, counted] = [0, 0, 0];
        await consumer.consume(queue, (message) => {
          if (message === null) return;
          consumer.ack(message);
          done += 1;
        });
        const rate = await loops(seconds, async () => {
          if (sent - done < outstandingMax) {
            sent += 10;
            await Promise.all(Array.from({ length: 10 }, () => publish(channel, queue)));
          } else await pause(0.001);
          const before = counted;
          counted = done;
          return counted - before;
        });
        await connection.close();
        return rate;
      },
      async stop() {
        await server.stop();
        mapper.kill();
      },
    };
  },
};

function publish(channel: ConfirmChannel, queue: string): Promise<void> {
  return new Promise((resolve, reject) => {
    channel.sendToQueue(queue, body, { persistent: true }, (error: unknown) => {
      if (error === null || error === undefined) resolve();
      else reject(error instanceof Error ? error : new Error("RabbitMQ has not taken a message"));
    });
  });
}
