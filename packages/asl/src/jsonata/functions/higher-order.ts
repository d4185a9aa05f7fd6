/** https://docs.jsonata.org/higher-order-functions; a function is given as many arguments as it has parameters. */
import { Fault } from "../errors.ts";
import { isTruthy } from "../evaluate/truth.ts";
import { apply } from "../run.ts";
import type { Run } from "../run.ts";
import { isArray, isFunction, isObject, sequence, setMember } from "../value.ts";
import type { MarkedArray, Value } from "../value.ts";
import { Builtin } from "./builtin.ts";
import type { Library } from "./builtin.ts";

export const higherOrderFunctions: Library = {
  map: new Builtin("<af>", 2, ([items, act], run) => {
    if (!isArray(items)) return undefined;
    const found = sequence();
    for (let index = 0; index < items.length; index += 1) {
      add(found, callBack(act, items[index], index, items, run), run);
    }
    return found;
  }),
  filter: new Builtin("<af>", 2, ([items, test], run) => {
    if (!isArray(items)) return undefined;
    const found = sequence();
    for (let index = 0; index < items.length; index += 1) {
      if (isTruthy(callBack(test, items[index], index, items, run), run)) found.push(items[index]);
    }
    return found;
  }),
  single: new Builtin("<af?>", 2, ([items, test], run) => {
    if (!isArray(items)) return undefined;
    const found: Value[] = [];
    for (const [index, item] of items.entries()) {
      if (test !== undefined && !isTruthy(callBack(test, item, index, items, run), run)) continue;
      found.push(item);
      if (found.length > 1) throw new Fault("D3138", { index });
    }
    if (found.length === 0) throw new Fault("D3139");
    return found[0];
  }),
  reduce: new Builtin("<afj?:j>", 3, ([items, act, initial], run) => {
    if (!isArray(items)) return undefined;
    const arity = isFunction(act) ? act.arity : 0;
    if (arity < 2) throw new Fault("D3050", { index: 1 });
    const hasInitial = initial !== undefined || items.length === 0;
    let result = hasInitial ? initial : items[0];
    for (let index = hasInitial ? 0 : 1; index < items.length; index += 1) {
      result = apply(act, [result, items[index], index, items].slice(0, Math.min(arity, 4)), null, run);
    }
    return result;
  }),
  each: new Builtin("<o-f:a>", 2, ([object, act], run) => {
    const found = sequence();
    if (!isObject(object)) return found;
    for (const [key, value] of Object.entries(object)) add(found, callBack(act, value, key, object, run), run);
    return found;
  }),
  sift: new Builtin("<o-f?:o>", 2, ([object, test], run) => {
    if (!isObject(object)) return undefined;
    const result: Record<string, Value> = {};
    let isEmpty = true;
    for (const [key, value] of Object.entries(object)) {
      if (!isTruthy(callBack(test, value, key, object, run), run)) continue;
      setMember(result, key, value);
      isEmpty = false;
    }
    return isEmpty ? undefined : result;
  }),
};

function callBack(act: Value, value: Value, key: Value, whole: Value, run: Run): Value {
  const arity = isFunction(act) ? act.arity : 1;
  return apply(act, arity >= 3 ? [value, key, whole] : arity === 2 ? [value, key] : [value], null, run);
}

function add(found: MarkedArray, result: Value, run: Run): void {
  if (result === undefined) return;
  if (isArray(result) && result.mark !== undefined) run.needsFinish = true;
  found.push(result);
}
