/** Pass: hands its input on, reshaped by `Parameters`, or replaced by `Result`. */
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { Json } from "../../json/value.ts";
import type { StateSource } from "../compilation.ts";
import { looksLikeExpression, readResultPath, readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { PassState } from "../machine.ts";
import { readBase, readInputOutput, readTransition } from "./common.ts";

export function compilePass(source: StateSource): PassState | undefined {
  const { reader } = source;
  const transition = readTransition(reader);
  const paths = readInputOutput(reader);
  const parameters = readTemplate(reader, "Parameters");
  const result = reader.raw("Result");
  const resultPath = readResultPath(reader);
  if (result !== undefined && holdsExpression(result)) {
    reader.problems.warn(
      reader.place("Result"),
      "PASS_RESULT_IS_STATIC",
      "The Result of a Pass state is static: paths and intrinsic functions in it are not evaluated. Use Parameters instead",
    );
  }
  return (
    transition && {
      type: "Pass",
      ...readBase(source),
      ...transition,
      ...paths,
      ...present({ parameters, result, resultPath }),
    }
  );
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
