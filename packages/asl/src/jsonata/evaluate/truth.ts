/** What counts as true. https://docs.jsonata.org/boolean-functions#boolean */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Run } from "../run.ts";
import { isArray, isFunction, isNumeric } from "../value.ts";
import type { Value } from "../value.ts";

/** A function is true where JSONata's operators ask; `$boolean` and `$not` look at that themselves. */
export function isTruthy(value: Value, run: Run, depth = 0): boolean {
  switch (typeof value) {
    case "boolean":
      return value;
    case "string":
      return value.length > 0;
    case "number":
      return isNumeric(value) && value !== 0;
    case "object":
      if (value === null) return false;
      if (isArray(value)) {
        if (depth > limits.valueDepthMax) throw new Fault("U1002");
        run.spend(1);
        return value.some((item) => isTruthy(item, run, depth + 1));
      }
      return isFunction(value) || hasMembers(value);
    default:
      return false;
  }
}

function hasMembers(object: object): boolean {
  for (const key in object) if (Object.hasOwn(object, key)) return true;
  return false;
}
