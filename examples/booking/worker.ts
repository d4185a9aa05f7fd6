/** The hotel's back office: takes work from the queue, does it, and answers the workflow with the task's token. */
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import type { SQSClient } from "@aws-sdk/client-sqs";
import { SendTaskFailureCommand, SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import type { SFNClient } from "@aws-sdk/client-sfn";

interface Work {
  readonly work: "reserve-room" | "charge-card";
  readonly guest: string;
  readonly attempt: number;
  readonly token: string;
  readonly amount?: number;
}

/** A guest whose card is always declined. */
export const declinedGuest = "Mallory";

/** Works until the signal fires. */
export async function runWorker(sqs: SQSClient, sfn: SFNClient, queueUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const received = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: queueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 }),
      { abortSignal: signal },
    );
    for (const message of received.Messages ?? []) {
      await answer(sfn, JSON.parse(message.Body ?? "{}") as Work);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: message.ReceiptHandle }));
    }
  }
}

async function answer(sfn: SFNClient, work: Work): Promise<void> {
  if (work.work === "reserve-room") return succeed(sfn, work, { room: 100 + (checksum(work.guest) % 60) });
  if (work.guest === declinedGuest) return refuse(sfn, work, "CardDeclined", "The bank said no.");
  // Every card terminal is busy at first: the workflow's Retry has something to do.
  if (work.attempt === 0) return refuse(sfn, work, "CardTerminalBusy", "Try again in a moment.");
  return succeed(sfn, work, { receipt: `R-${checksum(work.guest)}-${work.amount}` });
}

async function succeed(sfn: SFNClient, work: Work, output: object): Promise<void> {
  await sfn.send(new SendTaskSuccessCommand({ taskToken: work.token, output: JSON.stringify(output) }));
}

async function refuse(sfn: SFNClient, work: Work, error: string, cause: string): Promise<void> {
  await sfn.send(new SendTaskFailureCommand({ taskToken: work.token, error, cause }));
}

function checksum(text: string): number {
  return [...text].reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 9973, 7);
}
