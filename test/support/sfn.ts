/** Step Functions through the official SDK, as tests use it. */
import assert from "node:assert/strict";
import { CreateStateMachineCommand, GetExecutionHistoryCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { HistoryEvent } from "@aws-sdk/client-sfn";

export const roleArn = "arn:aws:iam::000000000000:role/any";

/** A client that tells every failure at once. */
export function sfnClient(url: string): SFNClient {
  return new SFNClient({
    endpoint: url,
    region: "us-east-1",
    credentials: { accessKeyId: "test", secretAccessKey: "test" },
    maxAttempts: 1,
  });
}

export async function createMachine(sfn: SFNClient, name: string, definition: object): Promise<string> {
  const { stateMachineArn } = await sfn.send(
    new CreateStateMachineCommand({ name, definition: JSON.stringify(definition), roleArn }),
  );
  assert.ok(stateMachineArn);
  return stateMachineArn;
}

/** Every event of an execution, over all pages. */
export async function historyOf(sfn: SFNClient, executionArn: string, maxResults = 100): Promise<HistoryEvent[]> {
  const events: HistoryEvent[] = [];
  let nextToken: string | undefined;
  do {
    const page = await sfn.send(new GetExecutionHistoryCommand({ executionArn, maxResults, nextToken }));
    events.push(...(page.events ?? []));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return events;
}

const endings = new Set(["ExecutionSucceeded", "ExecutionFailed", "ExecutionAborted", "ExecutionTimedOut"]);

/** Whether the history of an ended execution is whole: ids without gaps, links to what came before, one end, at the end. */
export function assertWhole(events: readonly HistoryEvent[]): void {
  for (const [index, event] of events.entries()) {
    assert.equal(event.id, index + 1, "ids count from 1 without gaps");
    assert.ok((event.previousEventId ?? -1) < (event.id ?? 0), "an event links to an earlier one");
  }
  const ends = events.filter(({ type = "" }) => endings.has(type));
  assert.equal(ends.length, 1, `one end, not ${ends.length}`);
  assert.equal(events.at(-1), ends[0], "the end is the last event");
}

/** Asks until something is so; fails after a minute. */
export async function eventually<Found>(ask: () => Promise<Found | undefined>, what: string): Promise<Found> {
  for (let attempt = 0; attempt < 600; attempt += 1) {
    const found = await ask();
    if (found !== undefined) return found;
    await new Promise((resolve) => void setTimeout(resolve, 100));
  }
  throw new Error(`waited a minute for ${what}`);
}
