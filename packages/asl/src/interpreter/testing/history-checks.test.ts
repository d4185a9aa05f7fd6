import assert from "node:assert/strict";
import { test } from "node:test";
import type { HistoryEvent, HistoryEventType } from "../history.ts";
import { checkHistory } from "./history-checks.ts";

type Row = readonly [type: HistoryEventType, previousEventId: number];

function historyOf(rows: readonly Row[]): HistoryEvent[] {
  return rows.map(([type, previousEventId], index) => ({ id: index + 1, previousEventId, timestamp: index, type }));
}

const SOUND: readonly Row[] = [
  ["ExecutionStarted", 0],
  ["TaskStateEntered", 0],
  ["TaskScheduled", 2],
  ["TaskStarted", 3],
  ["TaskSucceeded", 4],
  ["TaskStateExited", 5],
  ["ExecutionSucceeded", 6],
];

test("a sound history passes", () => {
  checkHistory(historyOf(SOUND));
});

test("an unsound one does not", () => {
  const cases: Record<string, readonly Row[]> = {
    "no end": SOUND.slice(0, -1),
    "two ends": [...SOUND, ["ExecutionFailed", 7]],
    "a link to a later event": SOUND.with(3, ["TaskStarted", 5]),
    "a link to nothing": SOUND.with(3, ["TaskStarted", 0]),
    "a task that never ends": [...SOUND.slice(0, 4), ["TaskStateExited", 2], ["ExecutionSucceeded", 5]],
    "a state that is never left": [...SOUND.slice(0, 5), ["WaitStateEntered", 5], ["ExecutionSucceeded", 6]],
    "two successors": [...SOUND.slice(0, 5), ["TaskFailed", 4], ["TaskStateExited", 5], ["ExecutionSucceeded", 7]],
  };
  for (const [name, rows] of Object.entries(cases)) {
    assert.throws(() => checkHistory(historyOf(rows)), /not sound/, name);
  }
  const misnumbered = historyOf(SOUND).map((event, index) => (index === 4 ? { ...event, id: 9 } : event));
  assert.throws(() => checkHistory(misnumbered), /not sound/);
});
