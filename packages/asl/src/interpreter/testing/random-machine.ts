/**
 * Random machines and random fates of their tasks, both from a seed.
 *
 * Every state takes and gives an object with a number `n` and puts its result under `result`, so any state may follow
 * any other. Loops are not made: a random machine ends on its own if its tasks are answered or time out.
 */
import type { TaskRequest } from "../protocol.ts";
import type { TaskScript } from "./host.ts";
import { ACTIVITY_ARN, FUNCTION_ARN, SEND_MESSAGE } from "./machines.ts";
import type { Definition } from "./machines.ts";
import { chance, integer, pick } from "./random.ts";
import type { Random } from "./random.ts";

const DEPTH_MAX = 3;
const ERRORS = ["A", "B", "States.TaskFailed", "States.Permissions"] as const;
const ERROR_NAMES = ["A", "B", "States.TaskFailed", "States.Timeout", "States.HeartbeatTimeout"] as const;

type States = Record<string, Record<string, unknown>>;

/** The input random machines expect: `n`, and lists for their Maps to iterate over. */
export const RANDOM_INPUT = { n: 0, lists: [[], ["a"], [1, 2, 3], ["a", "b", "c", "d", "e", "f"]] };

/** A definition to give to `machineOf`. */
export function randomDefinition(random: Random): Definition {
  const definition = new Generator(random).container(0);
  return chance(random, 0.2) ? { ...definition, TimeoutSeconds: integer(random, 1, 40) } : definition;
}

class Generator {
  readonly #random: Random;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A chain of states, some with ways out of it to handlers. */
  container(depth: number): Definition {
    const states: States = {};
    const names = Array.from({ length: integer(this.#random, 1, 4) }, () => this.#name());
    names.forEach((name, index) => {
      const next = names[index + 1];
      const transition = next === undefined ? { End: true } : { Next: next };
      states[name] = this.#state(depth, states, transition, next);
    });
    return { StartAt: names[0], States: states };
  }

  #name(): string {
    return `S${this.#count++}`;
  }

  #state(depth: number, states: States, transition: Definition, next: string | undefined): Record<string, unknown> {
    const random = this.#random;
    const nested = depth < DEPTH_MAX ? (["Parallel", "Map", "Parallel", "Map"] as const) : [];
    const type = pick(random, ["Task", "Task", "Task", "Wait", "Pass", "Choice", ...nested]);
    switch (type) {
      case "Choice":
        return next === undefined ? this.#pass(transition) : this.#choice(states, next);
      case "Map":
        return { ...this.#map(depth), ...this.#handling(states), ResultPath: "$.result", ...transition };
      case "Parallel": {
        const branches = Array.from({ length: integer(random, 1, 3) }, () => this.container(depth + 1));
        const state = { Type: "Parallel", Branches: branches, ResultPath: "$.result" };
        return { ...state, ...this.#handling(states), ...transition };
      }
      case "Pass":
        return this.#pass(transition);
      case "Task":
        return { ...this.#task(), ...this.#handling(states), ResultPath: "$.result", ...transition };
      case "Wait":
        return { Type: "Wait", Seconds: integer(random, 0, 5), ...transition };
    }
  }

  #pass(transition: Definition): Record<string, unknown> {
    return { Type: "Pass", Result: integer(this.#random, 0, 9), ResultPath: "$.n", ...transition };
  }

  #choice(states: States, next: string): Record<string, unknown> {
    const rule = { Variable: "$.n", NumericGreaterThan: integer(this.#random, -1, 8), Next: this.#ending(states) };
    return { Type: "Choice", Choices: [rule], Default: next };
  }

  #map(depth: number): Record<string, unknown> {
    const random = this.#random;
    return {
      Type: "Map",
      ItemsPath: `$$.Execution.Input.lists[${integer(random, 0, RANDOM_INPUT.lists.length - 1)}]`,
      ItemSelector: { "n.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value" },
      MaxConcurrency: integer(random, 0, 3),
      ItemProcessor: this.container(depth + 1),
      ...(chance(random, 0.2) && { ToleratedFailureCount: integer(random, 0, 3) }),
      ...(chance(random, 0.2) && { ToleratedFailurePercentage: integer(random, 0, 100) }),
    };
  }

  #task(): Record<string, unknown> {
    const random = this.#random;
    const resource = pick(random, [
      SEND_MESSAGE,
      `${SEND_MESSAGE}.waitForTaskToken`,
      "arn:aws:states:::states:startExecution.sync:2",
      ACTIVITY_ARN,
      FUNCTION_ARN,
    ]);
    return {
      Type: "Task",
      Resource: resource,
      ...(chance(random, 0.5) && { TimeoutSeconds: integer(random, 5, 9) }),
      ...(chance(random, 0.3) && { HeartbeatSeconds: integer(random, 1, 4) }),
    };
  }

  #handling(states: States): Record<string, unknown> {
    const random = this.#random;
    return {
      ...(chance(random, 0.4) && { Retry: [this.#retrier(), ...(chance(random, 0.3) ? [this.#retrier()] : [])] }),
      ...(chance(random, 0.4) && {
        Catch: [{ ErrorEquals: [pick(random, ERROR_NAMES)], ResultPath: "$.error", Next: this.#ending(states) }],
      }),
    };
  }

  #retrier(): Record<string, unknown> {
    const random = this.#random;
    return {
      ErrorEquals: [pick(random, ERROR_NAMES)],
      IntervalSeconds: integer(random, 1, 3),
      MaxAttempts: integer(random, 0, 3),
      BackoffRate: pick(random, [1, 1.5, 2]),
      ...(chance(random, 0.3) && { MaxDelaySeconds: integer(random, 4, 6) }),
      JitterStrategy: pick(random, ["FULL", "NONE"]),
    };
  }

  /** Adds a state that ends the container one way or another, and gives its name. */
  #ending(states: States): string {
    const name = this.#name();
    states[name] = pick<Record<string, unknown>>(this.#random, [
      { Type: "Fail", Error: pick(this.#random, ERRORS), Cause: name },
      { Type: "Succeed" },
      { Type: "Pass", End: true },
    ]);
    return name;
  }
}

/** What becomes of a task: it may answer, fail at any stage, stay silent where a timer will end it, or answer twice. */
export function randomFate(random: Random, task: TaskRequest): TaskScript {
  const script: TaskScript[number][] = [];
  let after = integer(random, 0, 2);
  if (chance(random, 0.9)) script.push({ after, event: { kind: "taskStarted" } });
  if (task.token !== undefined && chance(random, 0.7)) {
    script.push({ after: (after += integer(random, 0, 2)), event: { kind: "taskSubmitted", output: { n: after } } });
  }
  for (let beat = integer(random, 0, 3); beat > 0; beat--) {
    script.push({ after: (after += integer(random, 0, 2)), event: { kind: "taskHeartbeat" } });
  }
  const mayBeSilent = task.timeoutSeconds !== undefined || task.heartbeatSeconds !== undefined;
  if (mayBeSilent && chance(random, 0.25)) return script;
  script.push({ after: (after += integer(random, 0, 3)), event: randomOutcome(random) });
  if (chance(random, 0.1)) script.push({ after: after + 1, event: randomOutcome(random) });
  return script;
}

function randomOutcome(random: Random): TaskScript[number]["event"] {
  if (chance(random, 0.7)) return { kind: "taskSucceeded", output: { value: integer(random, 0, 99) } };
  const phase = pick(random, ["schedule", "start", "submit", "run", "run", "run"]);
  return { kind: "taskFailed", error: pick(random, ERRORS), cause: "by chance", phase };
}
