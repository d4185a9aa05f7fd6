/** How Java names and shows a value in Jayway's messages: its classes, and `Map.toString()` outside, JSON inside arrays. */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";

export function javaType(value: Json): string {
  if (value === null) return "null";
  if (isJsonArray(value)) return "net.minidev.json.JSONArray";
  switch (typeof value) {
    case "string":
      return "java.lang.String";
    case "boolean":
      return "java.lang.Boolean";
    case "number":
      if (!Number.isInteger(value)) return "java.lang.Double";
      if (Math.abs(value) >= 2 ** 63) return "java.math.BigInteger";
      return (value | 0) === value ? "java.lang.Integer" : "java.lang.Long";
    default:
      return "java.util.LinkedHashMap";
  }
}

/** Recursion is as deep as the objects are, which the JSON reader bounds. */
export function javaText(value: Json): string {
  if (typeof value === "string") return value;
  if (isJsonObject(value))
    return `{${Object.entries(value)
      .map(([name, inside]) => `${name}=${javaText(inside)}`)
      .join(", ")}}`;
  return JSON.stringify(value).replaceAll("/", "\\/");
}
