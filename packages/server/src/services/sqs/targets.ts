/** Which queue decides a request, by what the request says: for the routing of requests to the node that owns it. */
import type { Call } from "../../kernel/call.ts";
import { parseMoveTaskHandle } from "./move-task-handle.ts";
import { parseQueueArn, parseQueueUrl, queueArn } from "./queue-url.ts";

/** Undefined for what names no queue, which any node can refuse. */
type Target<Input> = (input: Input, call: Call) => string | undefined;

export const queueOfUrl: Target<{ readonly QueueUrl?: string | undefined }> = ({ QueueUrl: url = "" }, call) => {
  if (url === "") return undefined;
  const { region = call.region, account = call.account, name } = parseQueueUrl(url);
  return queueArn(region, account, name);
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
