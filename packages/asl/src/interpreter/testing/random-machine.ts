/**
 * Random machines and random fates of their tasks, both from a seed.
 *
 * Every state takes and gives an object with a number `n` and puts its result under `result`, so any state may follow
 * any other. Loops are not made: a random machine ends on its own if its tasks are answered or time out.
 * Some states are JSONata's, and some of their expressions fail. States assign variables and read those that are certain
 * to be there: of the states before them, and of the scopes around.
 */
import type { TaskRequest } from "../protocol.ts";
import type { ScriptedMapRunEvent, TaskScript } from "./host.ts";
import { ACTIVITY_ARN, FUNCTION_ARN, SEND_MESSAGE } from "./machines.ts";
import type { Definition } from "./machines.ts";
import { chance, integer, pick } from "./random.ts";
import type { Random } from "./random.ts";

const DEPTH_MAX = 3;
const ERRORS = ["A", "B", "States.TaskFailed", "States.Permissions"] as const;
const QUERY = { QueryLanguage: "JSONata" } as const;
const ERROR_NAMES = [
  "A",
  "B",
  "States.QueryEvaluationError",
  "States.TaskFailed",
  "States.Timeout",
  "States.HeartbeatTimeout",
] as const;

type States = Record<string, Record<string, unknown>>;

/** The input random machines expect: `n`, and lists for their Maps to iterate over. */
export const RANDOM_INPUT = { n: 0, lists: [[], ["a"], [1, 2, 3], ["a", "b", "c", "d", "e", "f"]] };

/** A definition to give to `machineOf`. */
export function randomDefinition(random: Random): Definition {
  const definition = new Generator(random).container(0);
  return chance(random, 0.2) ? { ...definition, TimeoutSeconds: integer(random, 1, 40) } : definition;
}

type State = Record<string, unknown>;

/** What the generator knows while it fills a container. */
interface Container {
  readonly depth: number;
  readonly states: States;
  /** Variables that are there when the state about to be made runs. */
  readonly variables: string[];
}

class Generator {
  readonly #random: Random;
  #count = 0;

  constructor(random: Random) {
    this.#random = random;
  }

  /** A chain of states, some with ways out of it to handlers. */
  container(depth: number, outer: readonly string[] = []): Definition {
    const container: Container = { depth, states: {}, variables: [...outer] };
    const names = Array.from({ length: integer(this.#random, 1, 4) }, () => this.#name("S"));
    names.forEach((name, index) => {
      const next = names[index + 1];
      const state = this.#state(container, next === undefined ? { End: true } : { Next: next }, next);
      container.states[name] = { ...state, ...this.#assign(container, state) };
    });
    return { StartAt: names[0], States: container.states };
  }

  #name(prefix: string): string {
    return `${prefix}${this.#count++}`;
  }

  #state(container: Container, transition: Definition, next: string | undefined): State {
    const random = this.#random;
    const nested = container.depth < DEPTH_MAX ? (["Parallel", "Map", "Parallel", "Map"] as const) : [];
    const type = pick(random, ["Task", "Task", "Task", "Wait", "Pass", "Choice", ...nested]);
    const isQuery = chance(random, 0.35);
    switch (type) {
      case "Choice":
        return next === undefined ? this.#pass(container, transition) : this.#choice(container, next, isQuery);
      case "Map":
        return { ...this.#map(container, isQuery), ...this.#work(container, isQuery), ...transition };
      case "Parallel": {
        const { depth, variables } = container;
        const Branches = Array.from({ length: integer(random, 1, 3) }, () => this.container(depth + 1, variables));
        return { Type: "Parallel", Branches, ...this.#work(container, isQuery), ...transition };
      }
      case "Pass":
        return this.#pass(container, transition);
      case "Task":
        return { ...this.#task(), ...this.#work(container, isQuery), ...transition };
      case "Wait":
        return isQuery
          ? { Type: "Wait", ...QUERY, Seconds: `{% ${integer(random, 0, 5)} %}`, ...transition }
          : { Type: "Wait", Seconds: integer(random, 0, 5), ...transition };
    }
  }

  /** A new variable, or a new value for one of this container's own. */
  #assign(container: Container, state: State): State {
    const random = this.#random;
    if (state["Type"] === "Choice" || chance(random, 0.6)) return {};
    const isQuery = state["QueryLanguage"] !== undefined;
    const seen = this.#variable(container);
    const name = this.#name("v");
    const value = integer(random, 0, 9);
    container.variables.push(name);
    if (isQuery) return { Assign: { [name]: seen === undefined ? value : `{% [$${seen}, ${value}] %}` } };
    return { Assign: seen === undefined ? { [name]: value } : { [`${name}.$`]: `States.Array($${seen}, ${value})` } };
  }

  #variable({ variables }: Container): string | undefined {
    return variables.length === 0 ? undefined : pick(this.#random, variables);
  }

  #pass(container: Container, transition: Definition): State {
    const random = this.#random;
    const seen = this.#variable(container);
    if (chance(random, 0.35)) {
      const shown = seen === undefined ? "0" : `$${seen}`;
      const Output = chance(random, 0.05)
        ? "{% $states.input.missing %}"
        : `{% $merge([$states.input, {'n': $states.input.n + 1, 'seen': ${shown}}]) %}`;
      return { Type: "Pass", ...QUERY, Output, ...transition };
    }
    if (seen !== undefined && chance(random, 0.5)) {
      return { Type: "Pass", Parameters: { "n.$": "$.n", "seen.$": `$${seen}` }, ...transition };
    }
    return { Type: "Pass", Result: integer(random, 0, 9), ResultPath: "$.n", ...transition };
  }

  #choice(container: Container, next: string, isQuery: boolean): State {
    const bound = integer(this.#random, -1, 8);
    const Next = this.#ending(container);
    const rule = isQuery
      ? { Condition: `{% $states.input.n > ${bound} %}`, Next }
      : { Variable: "$.n", NumericGreaterThan: bound, Next };
    return { Type: "Choice", ...(isQuery && QUERY), Choices: [rule], Default: next };
  }

  #map(container: Container, isQuery: boolean): State {
    const random = this.#random;
    const list = `Execution.Input.lists[${integer(random, 0, RANDOM_INPUT.lists.length - 1)}]`;
    const isDistributed = chance(random, 0.15);
    const items = isQuery
      ? {
          Items: chance(random, 0.5) ? [0, "{% $states.input.n %}"] : `{% $states.context.${list} %}`,
          ItemSelector: {
            n: "{% $states.context.Map.Item.Index %}",
            value: "{% [$states.context.Map.Item.Value] %}",
          },
        }
      : {
          ItemsPath: `$$.${list}`,
          ItemSelector: { "n.$": "$$.Map.Item.Index", "value.$": "$$.Map.Item.Value" },
        };
    return {
      Type: "Map",
      ...items,
      MaxConcurrency: integer(random, 0, 3),
      ItemProcessor: isDistributed
        ? { ...this.container(DEPTH_MAX), ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } }
        : this.container(container.depth + 1, container.variables),
      ...(chance(random, 0.2) && { ToleratedFailureCount: integer(random, 0, 3) }),
      ...(chance(random, 0.2) && { ToleratedFailurePercentage: integer(random, 0, 100) }),
    };
  }

  #task(): State {
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

  /** What becomes of the result, and of errors. */
  #work(container: Container, isQuery: boolean): State {
    const random = this.#random;
    const Retry = chance(random, 0.4) && {
      Retry: [this.#retrier(), ...(chance(random, 0.3) ? [this.#retrier()] : [])],
    };
    const isCaught = chance(random, 0.4);
    const catcher = isCaught && { ErrorEquals: [pick(random, ERROR_NAMES)], Next: this.#ending(container) };
    if (!isQuery) {
      const Catch = catcher && { Catch: [{ ...catcher, ResultPath: "$.error" }] };
      return { ...Retry, ...Catch, ResultPath: "$.result" };
    }
    const Output = chance(random, 0.1)
      ? { n: "{% $states.result.missing.n %}" }
      : "{% $merge([$states.input, {'result': $states.result}]) %}";
    const caught = "{% $merge([$states.input, {'error': $states.errorOutput}]) %}";
    return { ...QUERY, ...Retry, ...(catcher && { Catch: [{ ...catcher, Output: caught }] }), Output };
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
  #ending({ states }: Container): string {
    const name = this.#name("S");
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

/** What becomes of a Map Run. */
export function randomMapRun(random: Random): readonly ScriptedMapRunEvent[] {
  const mapRunArn = "arn:aws:states:eu-west-1:123456789012:mapRun:machine/label:6f8f2c7c-0c37-4b0e-8c13-d0c1d0d8a001";
  const after = integer(random, 0, 2);
  const end = after + integer(random, 0, 4);
  return [
    ...(chance(random, 0.9) ? [{ after, event: { kind: "mapRunStarted", mapRunArn } } as const] : []),
    chance(random, 0.6)
      ? { after: end, event: { kind: "mapRunSucceeded", output: [{ value: end }] } }
      : { after: end, event: { kind: "mapRunFailed", error: pick(random, ERRORS), cause: "by chance" } },
  ];
}
