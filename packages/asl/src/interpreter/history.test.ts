/** Whole histories, event by event with every detail. The expected ones are written by hand; each names its source. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../json/value.ts";
import { detailsKeyOf } from "./history.ts";
import type { HistoryEventType } from "./history.ts";
import histories from "./testdata/histories.json" with { type: "json" };
import { EVENT_MEMBERS } from "./testing/event-members.ts";
import { checkHistory } from "./testing/history-checks.ts";
import { runMachine } from "./testing/host.ts";
import type { TaskScript } from "./testing/host.ts";
import { machineOf } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";

interface HistoryCase {
  readonly name: string;
  readonly source: string;
  readonly definition: Definition;
  readonly input: Json;
  /** The fates of a state's tasks, attempt by attempt. */
  readonly tasks: { readonly [state: string]: readonly TaskScript[] };
  /** `[previousEventId, type, details?]`, numbered from 1. */
  readonly events: readonly (readonly [number, HistoryEventType, { readonly [member: string]: Json }?])[];
}

const cases: readonly HistoryCase[] = JSON.parse(JSON.stringify(histories));

for (const { name, definition, input, tasks, events } of cases) {
  test(name, () => {
    const { history } = runMachine({
      machine: machineOf(definition),
      input,
      tasks: (task, attempt) => tasks[task.stateName]?.[attempt - 1] ?? [],
    });
    assert.deepEqual(
      history.map((event) => [event.previousEventId, event.type, ...(event.details ? [event.details] : [])]),
      events,
    );
    checkHistory(history);
  });
}

test("details stand under the member the API model has for the type", () => {
  assert.equal(detailsKeyOf("PassStateEntered"), "stateEnteredEventDetails");
  assert.equal(detailsKeyOf("MapStateExited"), "stateExitedEventDetails");
  for (const type of [
    "ActivityScheduled",
    "ExecutionTimedOut",
    "LambdaFunctionStartFailed",
    "MapIterationAborted",
    "MapStateStarted",
    "TaskSubmitFailed",
  ] as const) {
    assert.ok(EVENT_MEMBERS[detailsKeyOf(type)] !== undefined, type);
  }
});
