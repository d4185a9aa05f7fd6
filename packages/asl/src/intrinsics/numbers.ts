/** Intrinsic functions over numbers, and those that give something new every time. */
import { arity, integer, refuse } from "./intrinsic.ts";
import type { IntrinsicFunction } from "./intrinsic.ts";
import type { ExpressionHost } from "../paths/path.ts";

export const numberFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  MathAdd(parameters) {
    arity(parameters, 2);
    return integer(integer(parameters[0]) + integer(parameters[1]));
  },
  MathRandom(parameters, host) {
    arity(parameters, 2, 3);
    const [first, last] = [integer(parameters[0]), integer(parameters[1])];
    if (first >= last) refuse("The start must be less than the end");
    const share = parameters.length === 3 ? seeded(integer(parameters[2])) : need(host).random();
    return first + Math.floor(share * (last - first));
  },
  UUID(parameters, host) {
    arity(parameters, 0);
    return need(host).uuid();
  },
};

function need(host: ExpressionHost | undefined): ExpressionHost {
  if (host === undefined) throw new Error("this expression needs a source of randomness");
  return host;
}

/** The same number in [0, 1) for the same seed (the finisher of MurmurHash3). */
export function seeded(seed: number): number {
  let value = Math.imul(seed ^ 0x9e3779b9 ^ (seed >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return ((value ^ (value >>> 16)) >>> 0) / 0x1_0000_0000;
}
