/** Wait: lets time pass, then hands its input on. A moment that has passed already does not wait. */
import type { FieldValue, WaitState } from "../../definition/machine.ts";
import type { Json } from "../../json/value.ts";
import { parseTimestamp } from "../../timestamp.ts";
import { effectiveInput, exitOf, findPath } from "../data-flow.ts";
import type { Draft, WorkingScope } from "../draft.ts";
import { QueryError, runtimeError } from "../errors.ts";
import { evaluationOf } from "../evaluation.ts";
import type { Evaluation } from "../evaluation.ts";
import type { Frame } from "../execution.ts";
import { secondsOf } from "../field-values.ts";
import { WAIT_SECONDS_MAX } from "../limits.ts";
import { queryOf, unexpectedType } from "../query.ts";
import { timerId } from "../timers.ts";
import { completeState, setPhase } from "../transitions.ts";

export function runWait(draft: Draft, scope: WorkingScope, frame: Frame, state: WaitState): void {
  const evaluation = evaluationOf(draft, scope, frame);
  const { now } = draft.host;
  const until = waitUntil(evaluation, state, effectiveInput(evaluation, state.flow), now);
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
  const exit = exitOf(evaluation, state.flow, effectiveInput(evaluation, state.flow));
  completeState(draft, scope, state, exit, state.next);
}

/** When the wait ends, in milliseconds since the epoch. */
function waitUntil(evaluation: Evaluation, state: WaitState, input: Json, now: number): number {
  const { duration } = state;
  if (duration.kind === "timestamp") return timestampOf(evaluation, duration.value, input);
  const seconds = secondsOf(evaluation, "Seconds", duration.value, input);
  if (seconds > WAIT_SECONDS_MAX) throw runtimeError("Wait state delay is too long.");
  return now + seconds * 1000;
}

function timestampOf(evaluation: Evaluation, value: FieldValue<string>, input: Json): number {
  switch (value.kind) {
    case "literal":
      return pathInstant(value.value, "Timestamp", value.value);
    case "jsonata": {
      const found = queryOf(evaluation)(value.expression);
      if (typeof found !== "string") throw unexpectedType(evaluation, value.expression, "string", found);
      const instant = instantOf(found);
      if (instant !== undefined) return instant;
      const text = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${found}`;
      throw new QueryError(text, value.expression.location);
    }
    case "path": {
      const { path } = value;
      const found = findPath(evaluation, path, input);
      if (found === undefined) {
        throw runtimeError(`The TimestampPath parameter does not reference an input value: ${path.text}`);
      }
      const text = typeof found === "string" ? found : evaluation.text(found);
      return pathInstant(found, "TimestampPath", `${path.text} == ${text}`);
    }
  }
}

function pathInstant(value: Json, field: string, shown: string): number {
  const instant = typeof value === "string" ? instantOf(value) : undefined;
  if (instant !== undefined) return instant;
  throw runtimeError(
    `The ${field} parameter does not reference a valid ISO-8601 extended offset date-time format string: ${shown}`,
  );
}

/**
 * The whole second of the moment: "Step Functions considers the time value up to seconds and truncates milliseconds."
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-wait.html
 */
function instantOf(text: string): number | undefined {
  const instant = parseTimestamp(text);
  return instant === undefined ? undefined : Number(instant / 1_000_000_000n) * 1000;
}
