/** Wait: lets time pass, then hands its input on. A moment that has passed already does not wait. */
import type { WaitState } from "../../definition/machine.ts";
import type { Json } from "../../json/value.ts";
import { parseTimestamp } from "../../timestamp.ts";
import { effectiveInput, effectiveOutput, evaluationOf, findPath } from "../data-flow.ts";
import type { Evaluation } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { runtimeError } from "../errors.ts";
import type { Frame } from "../execution.ts";
import { WAIT_SECONDS_MAX } from "../limits.ts";
import { secondsFromPath } from "../seconds.ts";
import { timerId } from "../timers.ts";
import { completeState, setPhase } from "../transitions.ts";

export function runWait(draft: Draft, scope: WorkingScope, frame: Frame, state: WaitState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const { now } = draft.host;
  const until = waitUntil(evaluation, state, effectiveInput(evaluation, state), now);
  if (until <= now) {
    finishWait(draft, scope, frame, state);
    return;
  }
  if (until - now > WAIT_SECONDS_MAX * 1000) throw runtimeError("Wait state delay is too long.");
  const id = timerId("wait", scope.id, frame.enteredEventId);
  draft.armTimer(id, until);
  setPhase(scope, frame, { kind: "waiting", timerId: id });
}

/** The wait is over. */
export function finishWait(draft: Draft, scope: WorkingScope, frame: Frame, state: WaitState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const output = effectiveOutput(evaluation, state, effectiveInput(evaluation, state));
  completeState(draft, scope, state, output, state.next);
}

/** When the wait ends, in milliseconds since the epoch. */
function waitUntil(evaluation: Evaluation, state: WaitState, input: Json, now: number): number {
  const { duration } = state;
  switch (duration.kind) {
    case "seconds":
      return now + duration.seconds * 1000;
    case "secondsPath": {
      const seconds = secondsFromPath(evaluation, "SecondsPath", duration.path, input);
      if (seconds > WAIT_SECONDS_MAX) throw runtimeError("Wait state delay is too long.");
      return now + seconds * 1000;
    }
    case "timestamp":
      return instantOf(duration.timestamp, "Timestamp", duration.timestamp);
    case "timestampPath": {
      const { path } = duration;
      const value = findPath(evaluation, path, input);
      if (value === undefined) {
        throw runtimeError(`The TimestampPath parameter does not reference an input value: ${path.text}`);
      }
      const text = typeof value === "string" ? value : evaluation.draft.text(value);
      return instantOf(value, "TimestampPath", `${path.text} == ${text}`);
    }
  }
}

/**
 * The whole second of the moment: "Step Functions considers the time value up to seconds and truncates milliseconds."
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
function instantOf(value: Json, field: string, shown: string): number {
  const instant = typeof value === "string" ? parseTimestamp(value) : undefined;
  if (instant === undefined) {
    throw runtimeError(
      `The ${field} parameter does not reference a valid ISO-8601 extended offset date-time format string: ${shown}`,
    );
  }
  return Number(instant / 1_000_000_000n) * 1000;
}
