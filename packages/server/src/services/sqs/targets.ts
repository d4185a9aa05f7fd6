/** Which queue decides a request, by what the request says: for the routing of requests to the node that owns it. */
import type { Call } from "../../kernel/call.ts";
import { parseMoveTaskHandle } from "./move-task-handle.ts";
import { arnOfQueueUrl, parseQueueArn, queueArn } from "./queue-url.ts";

/** Undefined for what names no queue, which any node can refuse. */
type Target<Input> = (input: Input, call: Call) => string | undefined;

export const queueOfUrl: Target<{ readonly QueueUrl?: string | undefined }> = ({ QueueUrl: url = "" }, call) => {
  return url === "" ? undefined : arnOfQueueUrl(url, call);
};

interface Named {
  readonly QueueName?: string | undefined;
  readonly QueueOwnerAWSAccountId?: string | undefined;
}

export const queueOfName: Target<Named> = ({ QueueName: name = "", QueueOwnerAWSAccountId: account }, call) =>
  queueArn(call.region, account ?? call.account, name);

export const queueOfSourceArn: Target<{ readonly SourceArn?: string | undefined }> = ({ SourceArn: arn = "" }) =>
  parseQueueArn(arn) === undefined ? undefined : arn;

export const queueOfTaskHandle: Target<{ readonly TaskHandle?: string | undefined }> = ({ TaskHandle = "" }) =>
  parseMoveTaskHandle(TaskHandle)?.sourceArn;
