/** Succeed: ends its scope with its input. */
import type { StateSource } from "../compilation.ts";
import type { SucceedState } from "../machine.ts";
import { readBase, readInputOutput } from "./common.ts";

export function compileSucceed(source: StateSource): SucceedState {
  return { type: "Succeed", ...readBase(source), ...readInputOutput(source.reader) };
}
