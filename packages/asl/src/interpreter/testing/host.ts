/**
 * A host for tests: carries out an execution's commands on a virtual clock, with tasks that follow a script.
 *
 * Time jumps from one due event to the next; events due at the same moment come in the order they were scheduled.
 * After every step the checks of `step-checks.ts` run, and the execution is frozen before it is given back, so every
 * test that uses this host also tests that `advance` is pure and tells its changes truly.
 */
import type { Machine } from "../../definition/machine.ts";
import type { Json } from "../../json/value.ts";
import { advance, newExecution } from "../advance.ts";
import type { Execution } from "../execution.ts";
import type { HistoryEvent } from "../history.ts";
import type { Command, ExecutionEvent, InterpreterHost, MapRunRequest, TaskRequest } from "../protocol.ts";
import { deepFreeze } from "./json.ts";
import { seededRandom } from "./random.ts";
import { checkStep } from "./step-checks.ts";

/** What happens to a task, each event some seconds after the task was started. */
export type TaskScript = readonly ScriptedEvent[];

export interface ScriptedEvent {
  readonly after: number;
  readonly event: TaskEventWithoutId;
}

export interface ScriptedMapRunEvent {
  readonly after: number;
  readonly event: WithoutMapRunId<Extract<ExecutionEvent, { mapRunId: string }>>;
}

type WithoutMapRunId<Event> = Event extends unknown ? Omit<Event, "mapRunId"> : never;
type TaskEvent = Extract<ExecutionEvent, { taskId: string }>;
type WithoutTaskId<Event> = Event extends unknown ? Omit<Event, "taskId"> : never;
export type TaskEventWithoutId = WithoutTaskId<TaskEvent>;

export interface TestRun {
  readonly machine: Machine;
  readonly input?: Json;
  /** The script of a task; `attempt` counts the tasks of the same state from 1. Without one, a task is never answered. */
  readonly tasks?: (task: TaskRequest, attempt: number) => TaskScript;
  /** The script of a Map Run. Without one, a Map Run is never answered. */
  readonly mapRuns?: (mapRun: MapRunRequest) => readonly ScriptedMapRunEvent[];
  /** Further events, at seconds since the start. */
  readonly events?: readonly { readonly at: number; readonly event: ExecutionEvent }[];
  readonly seed?: number;
  /** Writes the execution out and reads it back before every event. */
  readonly roundTrip?: boolean;
  /** Runs before every event. */
  readonly before?: (execution: Execution, event: ExecutionEvent) => void;
  readonly stepsMax?: number;
}

export interface TestResult {
  readonly execution: Execution;
  readonly history: readonly HistoryEvent[];
  readonly tasks: readonly TaskRequest[];
  readonly mapRuns: readonly MapRunRequest[];
  /** Every command, in order. */
  readonly commands: readonly Command[];
  /** Milliseconds from the start to the last event. */
  readonly elapsed: number;
  readonly steps: number;
}

export const START_TIME = Date.UTC(2026, 0, 2, 3, 4, 5, 678);

interface Due {
  readonly at: number;
  readonly event: ExecutionEvent;
  readonly timerId?: string;
}

/** Runs an execution until it has ended or nothing more is due. */
export function runMachine(parameters: TestRun): TestResult {
  return new TestHost(parameters).run();
}

class TestHost {
  readonly #parameters: TestRun;
  readonly #interpreter: InterpreterHost & { now: number };
  #execution: Execution;
  #due: Due[] = [];
  readonly #timerIds = new Set<string>();
  readonly #taskIds = new Set<string>();
  readonly #mapRunIds = new Set<string>();
  readonly #seenTimerIds = new Set<string>();
  readonly #attempts = new Map<string, number>();
  readonly #history: HistoryEvent[] = [];
  readonly #tasks: TaskRequest[] = [];
  readonly #mapRuns: MapRunRequest[] = [];
  readonly #commands: Command[] = [];

  constructor(parameters: TestRun) {
    this.#parameters = parameters;
    const random = seededRandom(parameters.seed ?? 1);
    let ids = 0;
    this.#interpreter = {
      now: START_TIME,
      random,
      uuid: () => `00000000-0000-4000-8000-${String(ids++).padStart(12, "0")}`,
      taskToken: (taskId) => `token of ${taskId}`,
    };
    this.#execution = newExecution({
      arn: "arn:aws:states:eu-west-1:123456789012:execution:machine:run",
      name: "run",
      roleArn: "arn:aws:iam::123456789012:role/machine",
      machineArn: "arn:aws:states:eu-west-1:123456789012:stateMachine:machine",
      machineName: "machine",
      input: parameters.input === undefined ? {} : parameters.input,
      startedAt: START_TIME,
    });
  }

  run(): TestResult {
    this.#schedule(0, { kind: "start" });
    for (const { at, event } of this.#parameters.events ?? []) this.#schedule(at, event);
    const stepsMax = this.#parameters.stepsMax ?? 50_000;
    let steps = 0;
    for (let due = this.#takeDue(); due !== undefined; due = this.#takeDue()) {
      if (++steps > stepsMax) throw new Error(`The execution took more than ${stepsMax} steps.`);
      this.#interpreter.now = Math.max(this.#interpreter.now, due.at);
      if (due.timerId !== undefined) this.#timerIds.delete(due.timerId);
      this.#step(due.event);
    }
    return {
      execution: this.#execution,
      history: this.#history,
      tasks: this.#tasks,
      mapRuns: this.#mapRuns,
      commands: this.#commands,
      elapsed: this.#interpreter.now - START_TIME,
      steps,
    };
  }

  #schedule(afterSeconds: number, event: ExecutionEvent): void {
    this.#due.push({ at: this.#interpreter.now + afterSeconds * 1000, event });
  }

  /** The next due event: the earliest, and of those the first scheduled. */
  #takeDue(): Due | undefined {
    let next: Due | undefined;
    for (const due of this.#due) if (next === undefined || due.at < next.at) next = due;
    this.#due = this.#due.filter((due) => due !== next);
    return next;
  }

  #step(event: ExecutionEvent): void {
    const given = this.#parameters.roundTrip === true ? copyOf(this.#execution) : this.#execution;
    const before = deepFreeze(given);
    this.#parameters.before?.(before, event);
    if (event.kind === "taskSucceeded" || event.kind === "taskFailed") this.#taskIds.delete(event.taskId);
    if (event.kind === "mapRunSucceeded" || event.kind === "mapRunFailed") this.#mapRunIds.delete(event.mapRunId);
    const step = advance(this.#parameters.machine, before, event, this.#interpreter);
    for (const command of step.commands) this.#carryOut(command);
    const outside = { timerIds: this.#timerIds, taskIds: this.#taskIds, mapRunIds: this.#mapRunIds };
    checkStep(this.#parameters.machine, before, event, step, outside);
    this.#execution = step.execution;
    this.#history.push(...step.history);
    this.#commands.push(...step.commands);
  }

  #carryOut(command: Command): void {
    switch (command.kind) {
      case "armTimer": {
        const { timerId, at } = command;
        if (this.#seenTimerIds.has(timerId) && !this.#timerIds.has(timerId))
          throw new Error(`${timerId} is used again.`);
        this.#dropTimer(timerId);
        this.#timerIds.add(timerId);
        this.#seenTimerIds.add(timerId);
        this.#due.push({ at, timerId, event: { kind: "timerFired", timerId } });
        return;
      }
      case "disarmTimer":
        if (!this.#timerIds.delete(command.timerId)) throw new Error(`Timer ${command.timerId} is not armed.`);
        this.#dropTimer(command.timerId);
        return;
      case "startTask":
        this.#startTask(command.task);
        return;
      case "cancelTask":
        this.#taskIds.delete(command.taskId);
        return;
      case "startMapRun":
        this.#startMapRun(command.mapRun);
        return;
      case "cancelMapRun":
        this.#mapRunIds.delete(command.mapRunId);
        return;
      case "continue":
        this.#schedule(0, { kind: "continue" });
        return;
      case "finish":
        return;
    }
  }

  #dropTimer(timerId: string): void {
    this.#due = this.#due.filter((due) => due.timerId !== timerId);
  }

  #startMapRun(mapRun: MapRunRequest): void {
    const { mapRunId } = mapRun;
    if (this.#mapRuns.some((known) => known.mapRunId === mapRunId)) throw new Error(`${mapRunId} is used again.`);
    this.#mapRuns.push(mapRun);
    this.#mapRunIds.add(mapRunId);
    const script = this.#parameters.mapRuns?.(mapRun) ?? [];
    for (const { after, event } of script) this.#schedule(after, { ...event, mapRunId });
  }

  #startTask(task: TaskRequest): void {
    if (this.#tasks.some((known) => known.taskId === task.taskId)) throw new Error(`${task.taskId} is used again.`);
    this.#tasks.push(task);
    this.#taskIds.add(task.taskId);
    const attempt = (this.#attempts.get(task.stateName) ?? 0) + 1;
    this.#attempts.set(task.stateName, attempt);
    const script = this.#parameters.tasks?.(task, attempt) ?? [];
    for (const { after, event } of script) this.#schedule(after, { ...event, taskId: task.taskId });
  }
}

function copyOf(execution: Execution): Execution {
  return JSON.parse(JSON.stringify(execution)) as Execution;
}

/** The task starts at once and succeeds after some seconds. */
export function succeeds(output: Json, after = 0): TaskScript {
  return [
    { after: 0, event: { kind: "taskStarted" } },
    { after, event: { kind: "taskSucceeded", output } },
  ];
}

/** The task starts at once and fails after some seconds. */
export function fails(error: string, cause: string, after = 0): TaskScript {
  return [
    { after: 0, event: { kind: "taskStarted" } },
    { after, event: { kind: "taskFailed", error, cause, phase: "run" } },
  ];
}
