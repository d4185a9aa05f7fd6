/**
 * moto's server, an emulator of AWS in Python that holds everything in memory. Its server closes a connection behind each
 * answer, so its clients open one for each request.
 */
import { createQueue, startProcess } from "../servers.ts";
import { batches, receiveAndDelete, receiveRequest, singles } from "../sqs-clients.ts";
import { open } from "../clients.ts";
import type { Conversation } from "../clients.ts";
import { findProgram, freePort, loops } from "./peer.ts";
import type { Peer } from "./peer.ts";

/** With as many as there are senders none comes to its end within a measurement. */
const cyclesAtOnce = 4;

export const moto: Peer = {
  title: "moto_server, in memory",
  remedy: "pip install 'moto[server]'",
  async start() {
    const program = process.env["BENCH_MOTO_SERVER"] ?? findProgram("moto_server");
    if (program === undefined) return undefined;
    const server = await startProcess(program, ["-p", String(await freePort())], /http:\/\/127\.0\.0\.1:(\d+)/);
    const conversation = reconnecting(server.port);
    let queues = 0;
    const fresh = (): Promise<string> => {
      queues += 1;
      return createQueue(server, `bench-${queues}`);
    };
    return {
      async send(seconds) {
        const next = singles({ queueUrl: await fresh() });
        return loops(seconds, async () => {
          await conversation().send(next());
          return 1;
        });
      },
      async cycle(seconds) {
        const queueUrl = await fresh();
        const next = batches({ queueUrl });
        const receive = receiveRequest(queueUrl);
        const turn = async (): Promise<number> => {
          const own = conversation();
          await own.send(next());
          return receiveAndDelete(own, queueUrl, receive);
        };
        return loops(seconds, turn, cyclesAtOnce);
      },
      stop: () => server.stop(),
    };
  },
};

/** Conversations that open a connection for each request. */
function reconnecting(port: number): () => Conversation {
  return () => {
    let answer = "";
    return {
      async send(request) {
        const { conversation, close } = await open(port);
        await conversation.send(request);
        answer = conversation.answer;
        close();
      },
      get answer() {
        return answer;
      },
    };
  };
}
