/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
import type { SendMessageCommandInput } from "@aws-sdk/client-sqs";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import type { Queues } from "../queues.ts";
import { Sending } from "../sending.ts";
import type { SendWording, SentMessage } from "../sending.ts";
import { queueOfUrl } from "../targets.ts";

export function sendMessage(queues: Queues): Operation<SendMessageCommandInput, SentMessage> {
  return {
    target: queueOfUrl,
    decide(tx, input, { call }) {
      const queue = queues.byUrl(tx, call, input.QueueUrl, "SendMessage");
      const sending = new Sending(queues, tx, queue, call, wording);
      const sent = sending.send(input);
      sending.end();
      queues.changed(tx, queue, 1);
      return sent;
    },
  };
}

const wording: SendWording = {
  tooLong: (bytesMax) =>
    errors.invalidParameter(
      `One or more parameters are invalid. Reason: Message must be shorter than ${bytesMax} bytes.`,
    ),
  notForQueue: (value, parameter, reason) => errors.invalidValue(value, parameter, `${reason}.`),
};
