/**
 * What must hold of every history, whatever the machine: numbering, links, and that nothing begins without an end.
 */
import { detailsKeyOf } from "../history.ts";
import type { HistoryEvent, HistoryEventType } from "../history.ts";
import { EVENT_MEMBERS } from "./event-members.ts";

const TERMINAL: ReadonlySet<string> = new Set([
  "ExecutionSucceeded",
  "ExecutionFailed",
  "ExecutionTimedOut",
  "ExecutionAborted",
]);

/** Events nothing links to: they are beside the chain. */
const LEAVES: ReadonlySet<string> = new Set(["MapStateSucceeded", "ParallelStateSucceeded"]);

/** States whose abort leaves no event. */
const INSTANT = ["Choice", "Fail", "Pass", "Succeed"] as const;
const LASTING = ["Map", "Parallel", "Task", "Wait"] as const;

/** For some types of event, what the event they link to may be. */
const PREDECESSORS: { readonly [Type in HistoryEventType]?: RegExp } = {
  TaskScheduled: /^(EvaluationFailed|TaskStateEntered|Task((Start|Submit)?Failed|TimedOut))$/,
  TaskStarted: /^TaskScheduled$/,
  TaskSubmitted: /^Task(Scheduled|Started)$/,
  TaskSucceeded: /^Task(Scheduled|Started|Submitted)$/,
  TaskFailed: /^Task(Scheduled|Started|Submitted)$/,
  TaskTimedOut: /^Task(Scheduled|Started|Submitted)$/,
  TaskStateExited:
    /^(EvaluationFailed|(Task|Activity|LambdaFunction)(Succeeded|TimedOut|(Schedule|Start|Submit)?Failed))$/,
  ActivityScheduled: /^(EvaluationFailed|TaskStateEntered|Activity((Schedule)?Failed|TimedOut))$/,
  ActivityStarted: /^ActivityScheduled$/,
  ActivitySucceeded: /^Activity(Scheduled|Started)$/,
  LambdaFunctionScheduled: /^(EvaluationFailed|TaskStateEntered|LambdaFunction((Schedule|Start)?Failed|TimedOut))$/,
  LambdaFunctionStarted: /^LambdaFunctionScheduled$/,
  WaitStateExited: /^WaitStateEntered$/,
  WaitStateAborted: /^WaitStateEntered$/,
  PassStateExited: /^PassStateEntered$/,
  ChoiceStateExited: /^ChoiceStateEntered$/,
  SucceedStateExited: /^SucceedStateEntered$/,
  ParallelStateStarted: /^(EvaluationFailed|Parallel(StateEntered|StateFailed))$/,
  MapStateStarted: /^(EvaluationFailed|Map(StateEntered|StateFailed))$/,
  MapIterationStarted: /^MapStateStarted$/,
  MapRunStarted: /^MapStateStarted$/,
  MapRunSucceeded: /^Map(StateStarted|RunStarted)$/,
  MapRunFailed: /^Map(StateStarted|RunStarted)$/,
  MapRunAborted: /^MapRunStarted$/,
  MapStateFailed: /^Map(IterationFailed|RunFailed)$/,
  MapStateExited:
    /^(EvaluationFailed|MapRunSucceeded|MapStateStarted|MapIterationSucceeded|MapIterationFailed|MapStateFailed)$/,
  ExecutionSucceeded: /StateExited$/,
};

/** Throws unless the history of an execution that has ended is sound. */
export function checkHistory(history: readonly HistoryEvent[]): void {
  try {
    history.forEach((event, index) => checkEvent(history, event, index));
    checkEnding(history);
    checkSuccessors(history);
    checkConsequences(history);
  } catch (problem) {
    const shown = history.map((event) => `${event.previousEventId} → ${event.id} ${event.type}`).join("\n");
    throw new Error(`The history is not sound.\n${shown}`, { cause: problem });
  }
}

function checkEvent(history: readonly HistoryEvent[], event: HistoryEvent, index: number): void {
  const { id, previousEventId, type } = event;
  if (id !== index + 1) throw new Error(`Event ${id} stands at ${index + 1}.`);
  if (previousEventId < 0 || previousEventId >= id) throw new Error(`Event ${id} links to ${previousEventId}.`);
  if (previousEventId === 0 && id > 2) throw new Error(`Event ${id} links to nothing.`);
  checkDetails(event);
  const before = history[index - 1];
  if (before !== undefined && before.timestamp > event.timestamp)
    throw new Error(`Event ${id} is before ${before.id}.`);
  const previous = history[previousEventId - 1];
  if (previous === undefined) return;
  if (LEAVES.has(previous.type)) throw new Error(`Event ${id} links to a leaf.`);
  const allowed = PREDECESSORS[type];
  if (allowed !== undefined && !allowed.test(previous.type)) throw new Error(`Event ${id} links to ${previous.type}.`);
  if (type.endsWith("StateEntered") && !/(StateExited|ParallelStateStarted|MapIterationStarted)$/.test(previous.type)) {
    throw new Error(`Event ${id} links to ${previous.type}.`);
  }
}

/** The details stand under the type's own member and hold only what AWS has there. */
function checkDetails({ id, type, details, detailsKey }: HistoryEvent): void {
  if ((details === undefined) !== (detailsKey === undefined)) throw new Error(`Event ${id} has half its details.`);
  if (details === undefined || detailsKey === undefined) return;
  const members = EVENT_MEMBERS[detailsKey];
  if (detailsKey !== detailsKeyOf(type) || members === undefined) throw new Error(`Event ${id}: ${detailsKey}.`);
  const unknown = Object.keys(details).filter((member) => !members.includes(member));
  if (unknown.length > 0) throw new Error(`Event ${id} has no ${unknown.join(", ")}.`);
}

function checkEnding(history: readonly HistoryEvent[]): void {
  const terminal = history.filter((event) => TERMINAL.has(event.type));
  if (terminal.length !== 1) throw new Error(`${terminal.length} terminal events.`);
  if (terminal[0] !== history.at(-1)) throw new Error("The terminal event is not the last.");
}

/** Every event leads on to one other, but where branches and iterations part, and where something was cut off. */
function checkSuccessors(history: readonly HistoryEvent[]): void {
  const successors = new Map<number, HistoryEvent[]>();
  for (const event of history) {
    if (event.id > 2 && !LEAVES.has(event.type)) {
      successors.set(event.previousEventId, [...(successors.get(event.previousEventId) ?? []), event]);
    }
  }
  for (const event of history) {
    const following = successors.get(event.id) ?? [];
    const parts = event.type === "MapStateStarted" || event.type === "ParallelStateStarted";
    if (following.length > 1 && !parts) throw new Error(`Event ${event.id} has ${following.length} successors.`);
    const mayBeCutOff =
      event.id === 1 ||
      TERMINAL.has(event.type) ||
      LEAVES.has(event.type) ||
      event.type.endsWith("Aborted") ||
      /^MapIteration(Succeeded|Failed)$/.test(event.type) ||
      // The end of a branch that was not the last, or whose siblings were aborted.
      /^(\w+StateExited|FailStateEntered)$/.test(event.type) ||
      INSTANT.some((type) => event.type === `${type}StateEntered`);
    if (following.length === 0 && !mayBeCutOff) throw new Error(`Nothing follows event ${event.id}, ${event.type}.`);
  }
}

/** Every state that was entered was left, aborted, or failed its branch, its iteration or the execution. */
function checkConsequences(history: readonly HistoryEvent[]): void {
  const count = (type: string): number => history.filter((event) => event.type === type).length;
  const failures = count("MapIterationFailed") + count("ParallelStateFailed") + count("ExecutionFailed");
  let failedLasting = 0;
  for (const type of LASTING) {
    const failed = count(`${type}StateEntered`) - count(`${type}StateExited`) - count(`${type}StateAborted`);
    if (failed < 0) throw new Error(`More ${type} states left than entered.`);
    failedLasting += failed;
  }
  let openInstant = 0;
  for (const type of INSTANT) openInstant += count(`${type}StateEntered`) - count(`${type}StateExited`);
  if (failedLasting > failures) throw new Error("A state was entered and nothing came of it.");
  if (failedLasting + openInstant < failures) throw new Error("More failures than states that can have failed.");
  const iterations = count("MapIterationSucceeded") + count("MapIterationFailed") + count("MapIterationAborted");
  if (count("MapIterationStarted") !== iterations) throw new Error("An iteration has no end, or more than one.");
}
