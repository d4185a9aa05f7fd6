/** Fail: ends its scope with an error. */
import type { StateSource } from "../compilation.ts";
import { looksLikeExpression, readStringIntrinsic } from "../expressions.ts";
import { present } from "../field-reader.ts";
import { readValue } from "../field-values.ts";
import type { FailState, FailText } from "../machine.ts";
import { readBase, readFlow } from "./common.ts";

export function compileFail(source: StateSource): FailState {
  const error = readFailText(source, "Error");
  const cause = readFailText(source, "Cause");
  if (source.language === "JSONPath") warnOfStaticPaths(source);
  return { type: "Fail", ...readBase(source), flow: readFlow(source), ...present({ error, cause }) };
}

/** The text, or in JSONPath its path, which may be an intrinsic function. */
function readFailText(source: StateSource, name: "Cause" | "Error"): FailText | undefined {
  const { reader, language } = source;
  const field = `${name}Path`;
  const expression = reader.raw(field);
  if (language === "JSONata" || typeof expression !== "string" || !expression.startsWith("States.")) {
    return readValue(source, reader, name, () => reader.text(name));
  }
  reader.onlyOne([name, field], "optional");
  const template = readStringIntrinsic(reader, field, expression);
  return template && { kind: "intrinsic", field, template };
}

function warnOfStaticPaths({ reader }: StateSource): void {
  for (const field of ["Error", "Cause"]) {
    if (!looksLikeExpression(reader.raw(field))) continue;
    reader.problems.warn(
      reader.place(field),
      "NO_PATH",
      `The value of '${field}' is used as it is; it looks like a path, which belongs in '${field}Path'`,
    );
  }
}
