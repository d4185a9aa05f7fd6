/**
 * One evaluation: what it was given, and what it may still use up. Variables stand in frames, one for each block and each
 * call of a function; `:=` binds in the innermost. A frame sees those around it; outside of all are the variables
 * that were handed in, then the built-in functions.
 */
import { Fault } from "./errors.ts";
import { limits } from "./limits.ts";
import { TailCall } from "./value.ts";
import type { Value } from "./value.ts";
import { JsonataFunction } from "./value.ts";

/** What an evaluation needs from outside. */
export interface JsonataHost {
  /** For `$now()` and `$millis()`, in milliseconds since the epoch. */
  readonly now: number;
  /** At least 0, less than 1. */
  random(): number;
  uuid(): string;
}

interface Binding {
  readonly name: string;
  value: Value;
  readonly next: Binding | undefined;
}

export class Frame {
  readonly #parent: Frame | undefined;
  #bindings: Binding | undefined;

  constructor(parent: Frame | undefined) {
    this.#parent = parent;
    this.#bindings = undefined;
  }

  bind(name: string, value: Value): void {
    for (let binding = this.#bindings; binding !== undefined; binding = binding.next) {
      if (binding.name !== name) continue;
      binding.value = value;
      return;
    }
    this.#bindings = { name, value, next: this.#bindings };
  }

  /** `unbound` when no frame has the variable. */
  lookup(name: string): Value | typeof unbound {
    for (let binding = this.#bindings; binding !== undefined; binding = binding.next) {
      if (binding.name === name) return binding.value;
    }
    return this.#parent === undefined ? unbound : this.#parent.lookup(name);
  }
}

export const unbound = Symbol("unbound");

export class Run {
  readonly variables: Readonly<Record<string, Value>>;
  readonly host: JsonataHost;
  /** The context value of the whole expression, `$$`. */
  readonly root: Value;
  /** Whether a value was made that is not JSON as it stands, or carries a mark within. */
  needsFinish = false;
  #steps: number = limits.stepsMax;
  #depth = 0;
  #items = 0;

  constructor(variables: Readonly<Record<string, Value>>, host: JsonataHost, root: Value) {
    this.variables = variables;
    this.host = host;
    this.root = root;
  }

  /** @throws Fault U1001 when the evaluation has used up what it may */
  spend(steps: number): void {
    this.#steps -= steps;
    if (this.#steps < 0) throw new Fault("U1001");
  }

  /** @throws Fault U1002 */
  enter(levels: number): void {
    this.#depth += levels;
    if (this.#depth > limits.depthMax) throw new Fault("U1002");
  }

  leave(levels: number): void {
    this.#depth -= levels;
  }

  /** A text that was made: it counts, and it must not be too long. Asked before the text is made where that is possible. */
  text(characters: number): void {
    if (characters > limits.textCharactersMax) throw new Fault("U1003");
    this.spend(characters / 8);
  }

  /** Items of arrays that are made. */
  items(count: number): void {
    this.#items += count;
    if (this.#items > limits.itemsMax) throw new Fault("U1003");
    this.spend(count / 8);
  }
}

/**
 * Calls a function, and what it calls last.
 * @param input the context value of the call
 * @throws Fault
 */
export function apply(procedure: Value, args: readonly Value[], input: Value, run: Run): Value {
  if (!(procedure instanceof JsonataFunction)) throw new Fault("T1006");
  run.spend(1);
  let result = procedure.applyOnce(args, input, run);
  while (result instanceof TailCall) {
    const { procedure: next, args: nextArgs, token, position } = result;
    run.spend(1);
    try {
      if (!(next instanceof JsonataFunction)) throw new Fault("T1006");
      result = next.applyOnce(nextArgs, input, run);
    } catch (error) {
      if (error instanceof Fault) {
        error.token ??= token;
        error.position ??= position;
      }
      throw error;
    }
  }
  return result;
}
