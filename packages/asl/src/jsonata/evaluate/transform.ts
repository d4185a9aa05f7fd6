/**
 * Transforms: `| pattern | update, delete |` is a function that changes a copy of its argument. Objects that are not
 * part of the copy, which a pattern can reach through variables, are left alone.
 */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Expression } from "../parser/expression.ts";
import { unbound } from "../run.ts";
import type { Frame, Run } from "../run.ts";
import { Signature } from "../signature.ts";
import { isArray, isFunction, isObject, JsonataFunction, setMember } from "../value.ts";
import type { Evaluator, Value } from "../value.ts";
import type { Compiler } from "./compiler.ts";
import { rounded } from "./text.ts";

type Transform = Extract<Expression, { kind: "transform" }>;

interface Code {
  readonly position: number;
  readonly pattern: Evaluator;
  readonly update: Evaluator;
  readonly updatePosition: number;
  readonly deletion: Evaluator | undefined;
  readonly deletionPosition: number;
}

const signature = new Signature("<(oa):o>", 0);

export function compileTransform({ pattern, update, deletion, position }: Transform, compiler: Compiler): Evaluator {
  const code: Code = {
    position,
    pattern: compiler.compile(pattern),
    update: compiler.compile(update),
    updatePosition: update.position,
    deletion: deletion && compiler.compile(deletion),
    deletionPosition: deletion?.position ?? position,
  };
  return (_input, frame) => new TransformFunction(code, frame);
}

class TransformFunction extends JsonataFunction {
  readonly arity = 1;
  readonly #code: Code;
  readonly #frame: Frame;

  constructor(code: Code, frame: Frame) {
    super();
    this.#code = code;
    this.#frame = frame;
  }

  applyOnce(args: readonly Value[], input: Value, run: Run): Value {
    const [original] = signature.validate(args, input);
    if (original === undefined) return undefined;
    const cloning = this.#frame.lookup("clone");
    if (cloning !== unbound && !isFunction(cloning)) throw new Fault("T2013", {}, this.#code.position);
    const owned = new Set<Value>();
    const copy = copyOf(original, owned, run, 0);
    run.needsFinish = true;
    const matches = this.#code.pattern(copy, this.#frame, run);
    for (const match of isArray(matches) ? matches : [matches]) {
      if (match !== undefined) this.#change(match, owned, run);
    }
    return copy;
  }

  #change(match: Value, owned: ReadonlySet<Value>, run: Run): void {
    const { update, updatePosition, deletion, deletionPosition } = this.#code;
    const changed = isObject(match) && owned.has(match) ? (match as Record<string, Value>) : undefined;
    const updates = update(match, this.#frame, run);
    if (updates !== undefined) {
      if (!isObject(updates)) throw new Fault("T2011", { value: updates }, updatePosition);
      if (changed) for (const [key, value] of Object.entries(updates)) setMember(changed, key, value);
    }
    const deletions = deletion?.(match, this.#frame, run);
    if (deletions === undefined) return;
    const keys: string[] = [];
    for (const key of isArray(deletions) ? deletions : [deletions]) {
      if (typeof key !== "string") throw new Fault("T2012", { value: deletions }, deletionPosition);
      keys.push(key);
    }
    if (changed) for (const key of keys) delete changed[key];
  }
}

const stepsPerCopy = 4;

/** A copy, as JSON would carry it. @param owned takes the objects of the copy */
function copyOf(value: Value, owned: Set<Value>, run: Run, depth: number): Value {
  if (depth > limits.valueDepthMax) throw new Fault("U1002");
  run.spend(stepsPerCopy);
  if (typeof value === "number") {
    if (Number.isNaN(value)) return null;
    if (!Number.isFinite(value)) throw new Fault("D1001", { value });
    return rounded(value);
  }
  if (isFunction(value)) return "";
  if (isArray(value)) return value.map((item) => copyOf(item ?? null, owned, run, depth + 1));
  if (!isObject(value)) return value;
  const copy: Record<string, Value> = {};
  for (const [key, part] of Object.entries(value)) {
    if (part !== undefined) setMember(copy, key, copyOf(part, owned, run, depth + 1));
  }
  owned.add(copy);
  return copy;
}

/** `$clone` */
export function clone(value: Value, run: Run): Value {
  return copyOf(value, new Set(), run, 0);
}
