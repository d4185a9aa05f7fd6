/** Functions that are built in: a signature that checks and completes the arguments, and what is done with them. */
import type { Run } from "../run.ts";
import { Signature } from "../signature.ts";
import { isArray, JsonataFunction } from "../value.ts";
import type { Value } from "../value.ts";

export type Implementation = (args: readonly Value[], run: Run) => Value;

export class Builtin extends JsonataFunction {
  readonly arity: number;
  readonly #signature: Signature;
  readonly #implementation: Implementation;

  constructor(signature: string, arity: number, implementation: Implementation) {
    super();
    this.arity = arity;
    this.#signature = new Signature(signature, 0);
    this.#implementation = implementation;
  }

  applyOnce(args: readonly Value[], input: Value, run: Run): Value {
    const given = this.#signature.validate(args, input);
    // Whatever a function does with an array or a text, it looks at all of it about once.
    for (const argument of given) {
      if (typeof argument === "string") run.spend(argument.length / 16);
      else if (isArray(argument)) run.spend(argument.length / 4);
    }
    const result = this.#implementation(given, run);
    if (typeof result === "number" && !Number.isFinite(result)) run.needsFinish = true;
    return result;
  }
}

/** Functions by name. */
export type Library = Readonly<Record<string, Builtin>>;

/** An argument whose signature lets in only a text, or nothing. */
export function text(value: Value): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numeric(value: Value): number | undefined {
  return typeof value === "number" ? value : undefined;
}
