/**
 * Clients that hold a conversation: each its own keep-alive connection, one request at a time, the next one built from
 * the answer before. The client's own cost is small and the same for every server measured.
 */
import { connect } from "node:net";
import { AnswerReader, postRequest } from "./load.ts";

export interface Conversation {
  /** Sends a JSON request and gives the answer's body; throws for any status but 200. */
  ask(target: string, input: string): Promise<string>;
}

export interface ClientsOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Ends the run earlier, once every client has finished its turn. */
  readonly until?: () => boolean;
  /** One turn of a client's loop; gives what it has got done (messages). */
  turn(conversation: Conversation, client: number): Promise<number>;
}

/** What was got done in a second, over all clients. */
export async function runClients(options: ClientsOptions): Promise<number> {
  const state = { measuring: false, stopped: false, done: 0 };
  const clients = Array.from({ length: options.connections }, async (_, client) => {
    const { conversation, close } = await open(options.port);
    while (!state.stopped && options.until?.() !== true) {
      const done = await options.turn(conversation, client);
      if (state.measuring) state.done += done;
    }
    close();
  });
  await delay(options.warmUpSeconds * 1000);
  state.measuring = true;
  const start = performance.now();
  await Promise.race([delay(options.seconds * 1000), Promise.all(clients)]);
  state.measuring = false;
  const seconds = (performance.now() - start) / 1000;
  state.stopped = true;
  await Promise.all(clients);
  return state.done / seconds;
}

export async function open(port: number): Promise<{ conversation: Conversation; close: () => void }> {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  const answers = new AnswerReader(socket);
  return {
    conversation: {
      async ask(target, input) {
        const headers = { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${target}` };
        socket.write(postRequest("/", headers, input));
        const status = await answers.next();
        if (status !== 200) throw new Error(`${target}: status ${status}: ${answers.lastBody}`);
        return answers.lastBody;
      },
    },
    close: () => socket.destroy(),
  };
}

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve, milliseconds).unref());
}
