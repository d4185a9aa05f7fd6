/** Intrinsic functions over texts and JSON. */
import { parseJson } from "../json/parse-json.ts";
import { isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { arity, refuse, text, unescaped } from "./intrinsic.ts";
import type { IntrinsicFunction } from "./intrinsic.ts";

export const textFunctions: Readonly<Record<string, IntrinsicFunction>> = {
  Format(parameters) {
    const values = parameters.slice(1);
    let used = 0;
    const result = text(parameters[0]).replace(/\\(.?)|\{\}/gsu, (_match, escaped: string | undefined) => {
      if (escaped !== undefined) return unescaped(escaped);
      const value = values[used];
      used += 1;
      return value === undefined ? refuse("There are more placeholders than arguments") : shown(value);
    });
    if (used !== values.length) refuse("There are more arguments than placeholders");
    return result;
  },
  StringToJson(parameters) {
    arity(parameters, 1);
    const { value } = parseJson(text(parameters[0]));
    return value === undefined ? refuse("The string is not valid JSON") : value;
  },
  JsonToString(parameters) {
    arity(parameters, 1);
    return JSON.stringify(parameters[0] ?? null);
  },
  JsonMerge(parameters) {
    arity(parameters, 3);
    const [first, second, deep] = parameters;
    if (!isJsonObject(first) || !isJsonObject(second)) return refuse("Invalid argument type: two objects are needed");
    if (deep !== false) return refuse("Only shallow merging is supported");
    return Object.fromEntries([...Object.entries(first), ...Object.entries(second)]);
  },
  StringSplit(parameters) {
    arity(parameters, 2);
    const separators = new Set(text(parameters[1]));
    const parts: string[] = [];
    let part = "";
    for (const character of text(parameters[0])) {
      if (!separators.has(character)) part += character;
      else {
        parts.push(part);
        part = "";
      }
    }
    parts.push(part);
    return parts.filter((piece) => piece !== "");
  },
};

function shown(value: Json): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
