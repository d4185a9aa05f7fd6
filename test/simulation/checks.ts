/** What must be so after every run. */
import assert from "node:assert/strict";
import { machineArn, machines } from "./machines.ts";
import type { Simulated } from "./simulated-server.ts";
import type { Model } from "./simulation.ts";

interface ListedExecution {
  readonly executionArn: string;
  readonly name: string;
  readonly status: string;
}

interface ShownEvent {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: Date;
  readonly type: string;
}

const terminalTypes: Readonly<Record<string, string>> = {
  SUCCEEDED: "ExecutionSucceeded",
  FAILED: "ExecutionFailed",
  ABORTED: "ExecutionAborted",
  TIMED_OUT: "ExecutionTimedOut",
};

/** Seconds that an execution of a machine takes at least. */
const leastSeconds: Readonly<Record<string, number>> = { wait: 90, parallel: 40, map: 30, nested: 90 };

/** Every acknowledged execution is there once, has ended as it must, and its history is whole. */
export async function checkExecutions(server: Simulated, model: Model): Promise<void> {
  const found = new Map<string, string>();
  for (const machine of Object.keys(machines)) {
    for (const { executionArn, name, status } of await listAll(server, machine)) {
      const known = model.executions.get(name);
      assert.ok(machine === "wait" || known !== undefined, `${executionArn} was never asked for`);
      assert.ok(!found.has(name), `${name} is there twice`);
      found.set(name, status);
      if (known !== undefined) assert.equal(known.machine, machine);
      assert.equal(status, machine === "fails" ? "FAILED" : "SUCCEEDED", executionArn);
      checkHistory(await historyOf(server, executionArn), status, machine, executionArn);
    }
  }
  for (const [name, { isAcknowledged }] of model.executions) {
    assert.ok(!isAcknowledged || found.has(name), `${name} was acknowledged and is lost`);
  }
}

function checkHistory(events: readonly ShownEvent[], status: string, machine: string, arn: string): void {
  for (const [index, { id, previousEventId }] of events.entries()) {
    assert.equal(id, index + 1, `${arn}: ids count from 1 without gaps`);
    assert.ok(previousEventId < id, `${arn}: event ${id} links to ${previousEventId}`);
  }
  const ends = events.filter(({ type }) => Object.values(terminalTypes).includes(type));
  assert.deepEqual(
    ends.map(({ type }) => type),
    [terminalTypes[status]],
    `${arn}: one end`,
  );
  assert.equal(events.at(-1), ends[0], `${arn}: the end comes last`);
  const first = events[0]?.timestamp.getTime() ?? 0;
  const last = events.at(-1)?.timestamp.getTime() ?? 0;
  assert.ok(last - first >= (leastSeconds[machine] ?? 0) * 1000, `${arn}: ended ${last - first} ms after its start`);
}

/** An execution whose task sent a message has sent it once: the step and the message are one commit. */
export async function checkSent(server: Simulated, model: Model): Promise<void> {
  const sent = (await drain(server, "http://simulated/000000000000/sent")).map(
    (body) => (JSON.parse(body) as { arn: string }).arn,
  );
  assert.equal(new Set(sent).size, sent.length, "a message was sent twice");
  const arns = (await listAll(server, "send")).map(({ executionArn }) => executionArn);
  assert.deepEqual(sent.toSorted(), arns.toSorted());
  assert.ok(arns.length <= model.executions.size);
}

/** What was acknowledged and not deleted is there, in one of the queues; what was deleted is not. */
export async function checkMessages(server: Simulated, model: Model, queueUrls: readonly string[]): Promise<void> {
  const left: string[] = [];
  for (const queueUrl of queueUrls) left.push(...(await drain(server, queueUrl)));
  assert.equal(new Set(left).size, left.length, "a message is there twice");
  for (const [body, state] of model.messages) {
    if (state === "sent") assert.ok(left.includes(body), `${body} was acknowledged and is lost`);
    if (state === "deleted") assert.ok(!left.includes(body), `${body} was deleted and has come back`);
  }
  for (const body of left) assert.ok(model.messages.has(body), `${body} was never sent`);
}

async function drain(server: Simulated, queueUrl: string): Promise<string[]> {
  // Whatever was received and not deleted is visible again.
  await server.advance(3600);
  const bodies: string[] = [];
  for (;;) {
    const input = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 43_200 };
    const { Messages = [] } = await answered<{ Messages?: { Body: string }[] }>(server, "sqs", "ReceiveMessage", input);
    if (Messages.length === 0) return bodies;
    bodies.push(...Messages.map(({ Body }) => Body));
  }
}

async function listAll(server: Simulated, machine: string): Promise<ListedExecution[]> {
  const all: ListedExecution[] = [];
  let nextToken: string | undefined;
  do {
    const input = { stateMachineArn: machineArn(machine), maxResults: 7, nextToken };
    const page = await answered<{ executions: ListedExecution[]; nextToken?: string }>(
      server,
      "states",
      "ListExecutions",
      input,
    );
    all.push(...page.executions);
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  return all;
}

async function historyOf(server: Simulated, executionArn: string): Promise<ShownEvent[]> {
  const { events } = await answered<{ events: ShownEvent[] }>(server, "states", "GetExecutionHistory", {
    executionArn,
    maxResults: 1000,
  });
  return events;
}

async function answered<Output>(server: Simulated, service: string, name: string, input: object): Promise<Output> {
  const answer = await server.ask(service, name, input);
  assert.ok(answer.known, "the process dies no more");
  return answer.output as Output;
}
