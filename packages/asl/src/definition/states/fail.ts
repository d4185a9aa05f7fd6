/** Fail: ends its scope with an error. */
import type { StateSource } from "../compilation.ts";
import { looksLikeExpression, readFailText } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FailState } from "../machine.ts";
import { readBase } from "./common.ts";

export function compileFail(source: StateSource): FailState {
  const { reader } = source;
  const error = readFailText(reader, "Error");
  const cause = readFailText(reader, "Cause");
  for (const field of ["Error", "Cause"]) {
    if (!looksLikeExpression(reader.raw(field))) continue;
    reader.problems.warn(
      reader.place(field),
      "NO_PATH",
      `The value of '${field}' is used as it is; it looks like a path, which belongs in '${field}Path'`,
    );
  }
  return { type: "Fail", ...readBase(source), ...present({ error, cause }) };
}
