/** Machines for tests: compiled from definitions as users write them. */
import { compileDefinition } from "../../definition/compile-definition.ts";
import type { Machine } from "../../definition/machine.ts";

/** A definition as an object literal; every test writes its own. */
export type Definition = Readonly<Record<string, unknown>>;

/** The machine a definition compiles to. Throws with the first diagnostics when it does not. */
export function machineOf(definition: Definition): Machine {
  const compiled = compileDefinition(JSON.stringify(definition));
  if (compiled.ok) return compiled.machine;
  const problems = compiled.diagnostics.map((found) => `${found.code}: ${found.message} at ${found.location ?? "?"}`);
  throw new Error(`The definition does not compile.\n${problems.join("\n")}`);
}

/** A machine of one state, which ends it. */
export function singleState(state: Definition, name = "S"): Machine {
  const ending = ["Choice", "Fail", "Succeed"].includes(String(state["Type"])) ? {} : { End: true };
  return machineOf({ StartAt: name, States: { [name]: { ...state, ...ending } } });
}

export const ACTIVITY_ARN = "arn:aws:states:eu-west-1:123456789012:activity:work";
export const FUNCTION_ARN = "arn:aws:lambda:eu-west-1:123456789012:function:work";
export const SEND_MESSAGE = "arn:aws:states:::sqs:sendMessage";
