/** Functions that expressions make: lambdas, partial applications, chains, regular expressions and transforms. */
import type { Signature } from "../signature.ts";
import { Frame } from "../run.ts";
import type { Run } from "../run.ts";
import { apply } from "../run.ts";
import { JsonataFunction } from "../value.ts";
import type { Evaluator, Value } from "../value.ts";

/** What a lambda is before it is evaluated. */
export interface LambdaCode {
  readonly parameters: readonly string[];
  readonly signature: Signature | undefined;
  readonly body: Evaluator;
  /** How deeply the body is nested, for the bound on the depth of an evaluation. */
  readonly levels: number;
}

export class Lambda extends JsonataFunction {
  readonly code: LambdaCode;
  readonly #input: Value;
  readonly #frame: Frame;

  constructor(code: LambdaCode, input: Value, frame: Frame) {
    super();
    this.code = code;
    this.#input = input;
    this.#frame = frame;
  }

  get arity(): number {
    return this.code.parameters.length;
  }

  applyOnce(args: readonly Value[], input: Value, run: Run): Value {
    const { parameters, signature, body, levels } = this.code;
    const given = signature === undefined ? args : signature.validate(args, input);
    const frame = new Frame(this.#frame);
    for (let index = 0; index < parameters.length; index += 1) frame.bind(parameters[index] ?? "", given[index]);
    run.enter(levels);
    const result = body(this.#input, frame, run);
    run.leave(levels);
    return result;
  }
}

/** A function some of whose arguments are given: `$f(?, 2)`. */
export class PartialApplication extends JsonataFunction {
  readonly arity: number;
  readonly #procedure: JsonataFunction;
  readonly #args: readonly (Value | typeof placeholder)[];

  constructor(procedure: JsonataFunction, args: readonly (Value | typeof placeholder)[]) {
    super();
    this.#procedure = procedure;
    this.#args = args;
    this.arity = args.filter((argument) => argument === placeholder).length;
  }

  applyOnce(args: readonly Value[], input: Value, run: Run): Value {
    let next = 0;
    const all = this.#args.map((argument) => (argument === placeholder ? args[next++] : argument));
    return apply(this.#procedure, all, input, run);
  }
}

export const placeholder = Symbol("?");

/** `$f ~> $g` */
export class Chain extends JsonataFunction {
  readonly arity = 1;
  readonly #first: JsonataFunction;
  readonly #second: JsonataFunction;

  constructor(first: JsonataFunction, second: JsonataFunction) {
    super();
    this.#first = first;
    this.#second = second;
  }

  applyOnce([argument]: readonly Value[], input: Value, run: Run): Value {
    run.enter(2);
    const between = apply(this.#first, [argument], input, run);
    const result = apply(this.#second, [between], input, run);
    run.leave(2);
    return result;
  }
}
