/** A client of the simulated server's queues that tells the ledger what it asks and what it is answered. */
import { ServiceError } from "../../packages/server/src/kernel/service-error.ts";
import type { Asked, LedgerQueue, QueueLedger, ReceivedMessage } from "../support/queue-ledger.ts";
import { attributesOf, queues, urlOf } from "./queue-setting.ts";
import type { Simulated } from "./simulated-server.ts";

export interface OutgoingMessage {
  readonly body: string;
  readonly group?: string;
  readonly delaySeconds?: number;
}

export interface ReceiveOptions {
  readonly max: number;
  readonly visibilitySeconds: number;
  readonly attemptId?: string | undefined;
}

interface Sent {
  readonly Id: string;
  readonly MessageId: string;
  readonly SequenceNumber?: string;
}

/** How often a client asks again that was not told. */
const retriesMax = 2;

export class QueueClient {
  readonly #server: Simulated;
  readonly #ledger: QueueLedger;
  duplicates = 0;

  constructor(server: Simulated, ledger: QueueLedger) {
    this.#server = server;
    this.#ledger = ledger;
  }

  /** One message alone, several in a batch; to a FIFO queue again when no answer came. */
  async send(queue: LedgerQueue, messages: readonly OutgoingMessage[]): Promise<void> {
    const now = this.#server.now;
    const asked = messages.map(({ body, group, delaySeconds = 0 }) => {
      if (this.#ledger.messages.has(body)) this.duplicates += 1;
      return this.#ledger.sendAsked(queue, body, group, now, now + delaySeconds * 1000);
    });
    const Entries = messages.map((message, index) => ({ Id: `${index}`, ...entryOf(queue, message) }));
    const [only] = Entries;
    const [operation, input] =
      Entries.length === 1 ? (["SendMessage", { ...only }] as const) : (["SendMessageBatch", { Entries }] as const);
    for (let times = 0; times <= retriesMax; times += 1) {
      const tick = this.#ledger.tick;
      const answer = await this.#server.ask("sqs", operation, { QueueUrl: urlOf(queue), ...input });
      if (answer.known) {
        const sent = answer.output as Sent & { readonly Successful?: readonly Sent[] };
        for (const { Id = "0", MessageId, SequenceNumber } of sent.Successful ?? [sent]) {
          const message = asked[Number(Id)];
          if (message !== undefined)
            this.#ledger.sent(message, { messageId: MessageId, sequenceNumber: SequenceNumber }, tick);
        }
        return;
      }
      if (!queue.isFifo || !asked.every((message) => this.#ledger.isWithinWindow(message, this.#server.now))) return;
    }
  }

  async receive(queue: LedgerQueue, { max, visibilitySeconds, attemptId }: ReceiveOptions): Promise<ReceivedMessage[]> {
    const asked = this.#ledger.receiveAsked(queue, this.#server.now, visibilitySeconds * 1000, attemptId);
    const input = {
      QueueUrl: urlOf(queue),
      MaxNumberOfMessages: max,
      VisibilityTimeout: visibilitySeconds,
      MessageSystemAttributeNames: ["All"],
      ...(attemptId !== undefined && { ReceiveRequestAttemptId: attemptId }),
    };
    const answer = await this.#orRefused("ReceiveMessage", input, () => this.#ledger.receiveRefused(asked));
    if (!answer.known) return [];
    const { Messages = [] } = answer.output as { Messages?: readonly ShownMessage[] };
    const received = Messages.map(({ Body, MessageId, ReceiptHandle, Attributes }) => ({
      body: Body,
      messageId: MessageId,
      receiptHandle: ReceiptHandle,
      receiveCount: Number(Attributes["ApproximateReceiveCount"]),
      sequenceNumber: Attributes["SequenceNumber"],
    }));
    this.#ledger.gave(asked, received, this.#server.now);
    return received;
  }

  async remove(queue: LedgerQueue, received: readonly ReceivedMessage[]): Promise<void> {
    const asked = received.flatMap(({ body, receiptHandle }) => {
      const message = this.#ledger.messages.get(body);
      return message === undefined ? [] : [this.#ledger.deleteAsked(message, receiptHandle, this.#server.now)];
    });
    if (asked.length === 0) return;
    const Entries = asked.map(({ receiptHandle }, index) => ({ Id: `${index}`, ReceiptHandle: receiptHandle }));
    const input = { QueueUrl: urlOf(queue), Entries };
    const refuse = (): void => asked.forEach((one) => this.#ledger.deleteRefused(one));
    const answer = await this.#orRefused("DeleteMessageBatch", input, refuse);
    if (!answer.known) return;
    const { Successful = [], Failed = [] } = answer.output as Partial<Record<string, readonly { Id: string }[]>>;
    const each = (entries: readonly { Id: string }[], tell: (one: Asked) => void): void => {
      for (const { Id } of entries) {
        const one = asked[Number(Id)];
        if (one !== undefined) tell(one);
      }
    };
    each(Successful, (one) => this.#ledger.deleted(one, queue));
    each(Failed, (one) => this.#ledger.deleteRefused(one));
  }

  async change(queue: LedgerQueue, { body, receiptHandle }: ReceivedMessage, seconds: number): Promise<void> {
    const message = this.#ledger.messages.get(body);
    if (message === undefined) return;
    const asked = this.#ledger.changeAsked(message, receiptHandle, this.#server.now, seconds * 1000);
    const input = { QueueUrl: urlOf(queue), ReceiptHandle: receiptHandle, VisibilityTimeout: seconds };
    const refuse = (): void => this.#ledger.changeRefused(asked);
    if ((await this.#orRefused("ChangeMessageVisibility", input, refuse)).known)
      this.#ledger.changed(asked, seconds * 1000);
  }

  /** Empties a queue; one that was deleted is made again when its name is free. */
  async clear(queue: LedgerQueue, operation: "DeleteQueue" | "PurgeQueue"): Promise<void> {
    const clear = this.#ledger.clearAsked(queue);
    const answer = await this.#orRefused(operation, { QueueUrl: urlOf(queue) }, () => clear.refused());
    if (answer.known) clear.done();
    else clear.unknown();
    if (operation === "DeleteQueue") await this.ensure(queue);
  }

  /** Makes a queue that was deleted, as soon as its name is free. */
  async ensure(queue: LedgerQueue): Promise<void> {
    const input = { QueueName: queue.name, Attributes: attributesOf(queue) };
    for (let times = 0; times < 100; times += 1) {
      try {
        if ((await this.#server.ask("sqs", "CreateQueue", input)).known) return;
      } catch (error) {
        if (!(error instanceof ServiceError) || error.code !== "QueueDeletedRecently") throw error;
        await this.#server.advance(20);
      }
    }
    throw new Error(`${queue.name} cannot be made again`);
  }

  async #orRefused(operation: string, input: object, refused: () => void) {
    try {
      return await this.#server.ask("sqs", operation, input);
    } catch (error) {
      if (error instanceof ServiceError) refused();
      throw error;
    }
  }
}

interface ShownMessage {
  readonly Body: string;
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Attributes: Readonly<Record<string, string>>;
}

function entryOf(queue: LedgerQueue, { body, group, delaySeconds }: OutgoingMessage): object {
  return {
    MessageBody: body,
    ...(group !== undefined && { MessageGroupId: group }),
    ...(delaySeconds !== undefined && { DelaySeconds: delaySeconds }),
    // One of the queues goes by content.
    ...(queue.isFifo && queue !== queues.work && { MessageDeduplicationId: body }),
  };
}
