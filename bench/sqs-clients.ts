/** What the clients of the SQS measurements say to a queue, and to the echo server they are measured against. */
import { jsonRequest, runClients } from "./clients.ts";
import type { ClientsResult, Conversation } from "./clients.ts";

export const text256 = "x".repeat(256);

export interface Load {
  readonly port: number;
  readonly queueUrl: string;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** On a FIFO queue: how many groups messages are spread over. */
  readonly groups?: number | undefined;
  /** Called when the measurement begins and when it ends. */
  readonly observe?: () => void;
  /** `text256` when absent. */
  readonly text?: string;
}

/** Requests of the same bytes as `sendRate`'s that come back as they are. */
export function echoRate(load: Omit<Load, "queueUrl">): Promise<ClientsResult> {
  return sendRate({ ...load, queueUrl: "http://127.0.0.1:4566/000000000000/bench-1" });
}

/** Messages sent in a second, one a request. */
export function sendRate(load: Load): Promise<ClientsResult> {
  const next = singles(load);
  return runClients({
    ...load,
    async turn(conversation) {
      await conversation.send(next());
      return 1;
    },
  });
}

/** Messages sent in a second, ten a request. */
export function sendBatchRate(load: Load): Promise<ClientsResult> {
  const next = batches(load);
  return runClients({
    ...load,
    async turn(conversation) {
      await conversation.send(next());
      return 10;
    },
  });
}

/** Messages that were sent, received and deleted in a second, in batches of ten. */
export function cycleRate(load: Load): Promise<ClientsResult> {
  const next = batches(load);
  const receive = receiveRequest(load.queueUrl);
  return runClients({
    ...load,
    async turn(conversation) {
      await conversation.send(next());
      return receiveAndDelete(conversation, load.queueUrl, receive);
    },
  });
}

/** Messages that were received and deleted in a second, in batches of ten, from a queue that holds enough. */
export function drainRate(load: Load): Promise<ClientsResult> {
  const receive = receiveRequest(load.queueUrl);
  return runClients({
    ...load,
    turn: (conversation) => receiveAndDelete(conversation, load.queueUrl, receive),
  });
}

export function receiveRequest(queueUrl: string): Buffer {
  return jsonRequest("AmazonSQS.ReceiveMessage", JSON.stringify({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 }));
}

export async function receiveAndDelete(conversation: Conversation, queueUrl: string, receive: Buffer): Promise<number> {
  await conversation.send(receive);
  const handles = conversation.answer.match(/(?<="ReceiptHandle": ?")[^"]+/g) ?? [];
  if (handles.length === 0) return 0;
  const entries = handles.map((handle, index) => `{"Id":"${index}","ReceiptHandle":"${handle}"}`);
  const input = `{"QueueUrl":"${queueUrl}","Entries":[${entries.join(",")}]}`;
  await conversation.send(jsonRequest("AmazonSQS.DeleteMessageBatch", input));
  return handles.length;
}

export function singles({
  queueUrl,
  groups,
  text = text256,
}: Pick<Load, "queueUrl" | "groups" | "text">): () => Buffer {
  const ids = fifoIds(groups);
  const body = member(text);
  return repeated(groups, () => jsonRequest("AmazonSQS.SendMessage", `{"QueueUrl":"${queueUrl}",${body}${ids()}}`));
}

export function batches({
  queueUrl,
  groups,
  text = text256,
}: Pick<Load, "queueUrl" | "groups" | "text">): () => Buffer {
  const ids = fifoIds(groups);
  const body = member(text);
  return repeated(groups, () => {
    const entries = Array.from({ length: 10 }, (_, index) => `{"Id":"${index}",${body}${ids()}}`);
    return jsonRequest("AmazonSQS.SendMessageBatch", `{"QueueUrl":"${queueUrl}","Entries":[${entries.join(",")}]}`);
  });
}

function member(text: string): string {
  return `"MessageBody":${JSON.stringify(text)}`;
}

/** Requests to a standard queue are all the same; those to a FIFO queue each have ids of their own. */
function repeated(groups: number | undefined, make: () => Buffer): () => Buffer {
  if (groups !== undefined) return make;
  const same = make();
  return () => same;
}

let sent = 0;

/** The ids a FIFO queue wants, or nothing. */
function fifoIds(groups: number | undefined): () => string {
  if (groups === undefined) return () => "";
  const run = Date.now();
  return () => {
    sent += 1;
    return `,"MessageGroupId":"group-${sent % groups}","MessageDeduplicationId":"${run}-${sent}"`;
  };
}
