/** Parallel: runs its branches at once and gives their results as a list. */
import type { StateSource } from "../compilation.ts";
import { BRANCH_FIELDS } from "../fields.ts";
import type { ParallelState } from "../machine.ts";
import { readBase, readFlow, readTransition } from "./common.ts";
import { readErrorHandling } from "./error-handling.ts";

export function compileParallel(source: StateSource): ParallelState | undefined {
  const { reader, compilation } = source;
  reader.require("Branches");
  const transition = readTransition(reader);
  const flow = readFlow(source);
  const errorHandling = readErrorHandling(source);
  const branches = reader.filledObjects("Branches").map((branch) => {
    compilation.compileNested(branch, BRANCH_FIELDS);
    return branch.pointer;
  });
  return transition && { type: "Parallel", ...readBase(source), flow, ...transition, ...errorHandling, branches };
}
