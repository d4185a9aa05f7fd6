/** Queue URLs and ARNs, and the forms they are accepted in. */
import { partitionOf } from "../../kernel/partitions.ts";

export interface QueueLocation {
  /** Absent when the URL does not say: the caller's then. */
  readonly region?: string;
  readonly account?: string;
  readonly name: string;
}

export function queueArn(region: string, account: string, name: string): string {
  return `arn:${partitionOf(region)}:sqs:${region}:${account}:${name}`;
}

const regionName = "[a-z]{2,4}(?:-[a-z]+){1,3}-\\d{1,2}";
const hostWithRegion = new RegExp(`^(?:sqs\\.(${regionName})|(${regionName})\\.queue)\\.`);
const url = new RegExp(`^(?:https?://([^/]+))?/(?:queue/(${regionName})/)?(\\d{12})/([^/]+)/?$`);

const parsed = new Map<string, QueueLocation>();
const parsedMax = 1_000;

/**
 * Any host with `/<account>/<name>` or `/queue/<region>/<account>/<name>`, or a bare name. A host such as
 * `sqs.eu-west-1.amazonaws.com` or `eu-west-1.queue.amazonaws.com` names the region too.
 */
export function parseQueueUrl(text: string): QueueLocation {
  let location = parsed.get(text);
  if (location === undefined) {
    location = parse(text);
    // Clients name the same few queues again and again.
    if (parsed.size >= parsedMax) parsed.clear();
    parsed.set(text, location);
  }
  return location;
}

interface NamedQueue {
  readonly region: string;
  readonly account: string;
  readonly arn: string;
}

/** By URL; as long as who asks is of the same region and account. */
const named = new Map<string, NamedQueue>();

/** The ARN of the queue a URL names. What the URL does not say is the caller's. */
export function arnOfQueueUrl(text: string, { region, account }: Pick<NamedQueue, "region" | "account">): string {
  const known = named.get(text);
  if (known?.region === region && known.account === account) return known.arn;
  const location = parseQueueUrl(text);
  const arn = queueArn(location.region ?? region, location.account ?? account, location.name);
  if (named.size >= parsedMax) named.clear();
  named.set(text, { region, account, arn });
  return arn;
}

function parse(text: string): QueueLocation {
  const match = url.exec(text);
  if (match === null) return { name: text };
  const [, host = "", pathRegion, account, name = ""] = match;
  const inHost = hostWithRegion.exec(host);
  const region = pathRegion ?? inHost?.[1] ?? inHost?.[2];
  return { ...(region !== undefined && { region }), ...(account !== undefined && { account }), name };
}

export interface SqsArn {
  readonly region: string;
  readonly account: string;
  readonly name: string;
}

/** Undefined for what is not the ARN of a queue. */
export function parseQueueArn(text: string): SqsArn | undefined {
  const match = /^arn:[a-z-]+:sqs:([a-z0-9-]+):(\d{12}):([A-Za-z0-9_.-]{1,80})$/.exec(text);
  return match === null ? undefined : { region: match[1] ?? "", account: match[2] ?? "", name: match[3] ?? "" };
}
