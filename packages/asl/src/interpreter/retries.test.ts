/** When a state is tried again, as data: the delays between its attempts, up to the one after which the state fails. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { advance, newExecution } from "./advance.ts";
import type { Command, ExecutionEvent, InterpreterHost } from "./protocol.ts";
import { SEND_MESSAGE, singleState } from "./testing/machines.ts";

interface RetryCase {
  readonly name: string;
  readonly retry: readonly object[];
  readonly error: string;
  readonly random?: number;
  /** Seconds before each further attempt. */
  readonly delays: readonly number[];
  readonly source: string;
}

const cases = JSON.parse(
  readFileSync(new URL("testdata/retries.json", import.meta.url), "utf8"),
) as readonly RetryCase[];

function delaysOf({ retry, error, random }: RetryCase): number[] {
  const machine = singleState({ Type: "Task", Resource: SEND_MESSAGE, Retry: retry });
  const host: InterpreterHost = {
    now: 0,
    random: () => random ?? assert.fail("asked for chance"),
    uuid: () => "",
    taskToken: (taskId) => taskId,
  };
  let execution = newExecution({
    arn: "arn:aws:states:eu-west-1:123456789012:execution:machine:run",
    name: "run",
    roleArn: "arn:aws:iam::123456789012:role/machine",
    machineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
    machineName: "machine",
    input: {},
    startedAt: 0,
  });
  const delays: number[] = [];
  let event: ExecutionEvent | undefined = { kind: "start" };
  while (event !== undefined) {
    const step = advance(machine, execution, event, host);
    execution = step.execution;
    const armed = step.commands.find((command) => command.kind === "armTimer");
    if (armed !== undefined) delays.push(armed.at / 1000);
    event = nextEvent(step.commands, error);
  }
  return delays;
}

function nextEvent(commands: readonly Command[], error: string): ExecutionEvent | undefined {
  for (const command of commands) {
    if (command.kind === "armTimer") return { kind: "timerFired", timerId: command.timerId };
    if (command.kind !== "startTask") continue;
    return { kind: "taskFailed", taskId: command.task.taskId, error, cause: "", phase: "run" };
  }
  return undefined;
}

describe("delays before another attempt", () => {
  for (const found of cases)
    test(`${found.name} (${found.source})`, () => assert.deepEqual(delaysOf(found), found.delays));
});
