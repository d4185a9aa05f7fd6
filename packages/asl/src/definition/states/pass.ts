/** Pass: hands its input on, reshaped, or replaced by `Result`. */
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { Json } from "../../json/value.ts";
import type { StateSource } from "../compilation.ts";
import { looksLikeExpression } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { PassState } from "../machine.ts";
import { readBase, readFlow, readTransition } from "./common.ts";

export function compilePass(source: StateSource): PassState | undefined {
  const { reader, language } = source;
  const transition = readTransition(reader);
  const flow = readFlow(source);
  const result = language === "JSONPath" ? reader.raw("Result") : undefined;
  if (result !== undefined && holdsExpression(result)) {
    reader.problems.warn(
      reader.place("Result"),
      "PASS_RESULT_IS_STATIC",
      "The Result of a Pass state is static: paths and intrinsic functions in it are not evaluated. Use Parameters instead",
    );
  }
  return transition && { type: "Pass", ...readBase(source), flow, ...transition, ...present({ result }) };
}

function holdsExpression(result: Json): boolean {
  const pending: Json[] = [result];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    if (looksLikeExpression(value)) return true;
    if (isJsonArray(value)) for (const item of value) pending.push(item);
    else if (isJsonObject(value)) {
      if (Object.keys(value).some((name) => name.endsWith(".$"))) return true;
      for (const member of Object.values(value)) pending.push(member);
    }
  }
  return false;
}
