/** Succeed: ends its scope with its input, reshaped. */
import type { StateSource } from "../compilation.ts";
import type { SucceedState } from "../machine.ts";
import { readBase, readFlow } from "./common.ts";

export function compileSucceed(source: StateSource): SucceedState {
  return { type: "Succeed", ...readBase(source), flow: readFlow(source) };
}
