/** What the clients of the SQS measurements say to a queue. */
import { runClients } from "./clients.ts";
import type { Conversation } from "./clients.ts";

export const text256 = "x".repeat(256);

export interface Load {
  readonly port: number;
  readonly queueUrl: string;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** On a FIFO queue: how many groups messages are spread over. */
  readonly groups?: number | undefined;
}

/** Messages sent in a second, one a request. */
export function sendRate(load: Load): Promise<number> {
  const ids = fifoIds(load.groups);
  const plain = JSON.stringify({ QueueUrl: load.queueUrl, MessageBody: text256 });
  return runClients({
    ...load,
    async turn(conversation) {
      const input =
        load.groups === undefined ? plain : JSON.stringify({ QueueUrl: load.queueUrl, MessageBody: text256, ...ids() });
      await conversation.ask("SendMessage", input);
      return 1;
    },
  });
}

/** Messages sent in a second, ten a request. */
export function sendBatchRate(load: Load): Promise<number> {
  const batch = batches(load);
  return runClients({
    ...load,
    async turn(conversation) {
      await conversation.ask("SendMessageBatch", batch());
      return 10;
    },
  });
}

/** Messages that were sent, received and deleted in a second, in batches of ten. */
export function cycleRate(load: Load): Promise<number> {
  const batch = batches(load);
  return runClients({
    ...load,
    async turn(conversation) {
      await conversation.ask("SendMessageBatch", batch());
      return receiveAndDelete(conversation, load.queueUrl);
    },
  });
}

/** Messages that were received and deleted in a second, in batches of ten, from a queue that holds enough. */
export function drainRate(load: Load): Promise<number> {
  return runClients({ ...load, turn: (conversation) => receiveAndDelete(conversation, load.queueUrl) });
}

async function receiveAndDelete(conversation: Conversation, queueUrl: string): Promise<number> {
  const answer = await conversation.ask(
    "ReceiveMessage",
    JSON.stringify({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }),
  );
  const { Messages = [] } = JSON.parse(answer) as { Messages?: { readonly ReceiptHandle: string }[] };
  if (Messages.length === 0) return 0;
  const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  await conversation.ask("DeleteMessageBatch", JSON.stringify({ QueueUrl: queueUrl, Entries }));
  return Messages.length;
}

function batches({ queueUrl, groups }: Load): () => string {
  const ids = fifoIds(groups);
  const make = (): string =>
    JSON.stringify({
      QueueUrl: queueUrl,
      Entries: Array.from({ length: 10 }, (_, index) => ({ Id: String(index), MessageBody: text256, ...ids() })),
    });
  if (groups !== undefined) return make;
  const same = make();
  return () => same;
}

let sent = 0;

/** The ids a FIFO queue wants, or none. */
function fifoIds(groups: number | undefined): () => object {
  if (groups === undefined) return () => ({});
  const run = Date.now();
  return () => {
    sent += 1;
    return { MessageGroupId: `group-${sent % groups}`, MessageDeduplicationId: `${run}-${sent}` };
  };
}
