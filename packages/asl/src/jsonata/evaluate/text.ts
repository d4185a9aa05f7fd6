/**
 * Values as texts, as `$string` and `&` make them: JSON, with numbers rounded to 15 digits and functions as empty texts.
 * https://docs.jsonata.org/string-functions#string
 */
import { Fault } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Run } from "../run.ts";
import { isArray, isFunction } from "../value.ts";
import type { Value, ValueObject } from "../value.ts";

/** @throws Fault D3001 for a number that is none, D1001 for an infinite one within */
export function toText(value: Value, run: Run, prettify = false): string {
  if (typeof value === "string") return value;
  if (value === undefined || isFunction(value)) return "";
  if (typeof value === "number") {
    if (!Number.isFinite(value)) throw new Fault("D3001", { value });
    return String(rounded(value));
  }
  return new TextWriter(run, prettify ? "\n" : "").write(value, "", 0);
}

/** A number with 15 significant digits. */
export function rounded(value: number): number {
  return Number.isSafeInteger(value) && Math.abs(value) < 1e15 ? value : Number(value.toPrecision(15));
}

class TextWriter {
  readonly #run: Run;
  readonly #newLine: string;
  readonly #colon: string;

  constructor(run: Run, newLine: string) {
    this.#run = run;
    this.#newLine = newLine;
    this.#colon = newLine === "" ? ":" : ": ";
  }

  write(value: Value, indent: string, depth: number): string {
    if (depth > limits.valueDepthMax) throw new Fault("U1002");
    this.#run.spend(1);
    switch (typeof value) {
      case "string":
        return JSON.stringify(value);
      case "number":
        if (Number.isNaN(value)) return "null";
        if (!Number.isFinite(value)) throw new Fault("D1001", { value });
        return String(rounded(value));
      case "boolean":
        return String(value);
      case "object":
        if (value === null) return "null";
        if (isFunction(value)) return '""';
        return isArray(value) ? this.#array(value, indent, depth) : this.#object(value, indent, depth);
      default:
        return "null";
    }
  }

  #array(items: readonly Value[], indent: string, depth: number): string {
    const inner = this.#inner(indent);
    return this.#enclosed(
      "[",
      items.map((item) => this.write(item, inner, depth + 1)),
      "]",
      indent,
      inner,
    );
  }

  #object(object: ValueObject, indent: string, depth: number): string {
    const inner = this.#inner(indent);
    const members: string[] = [];
    for (const [key, value] of Object.entries(object)) {
      if (value !== undefined) members.push(JSON.stringify(key) + this.#colon + this.write(value, inner, depth + 1));
    }
    return this.#enclosed("{", members, "}", indent, inner);
  }

  #inner(indent: string): string {
    return this.#newLine === "" ? "" : `${indent}  `;
  }

  #enclosed(open: string, parts: readonly string[], close: string, indent: string, inner: string): string {
    if (parts.length === 0) return open + close;
    let length = 0;
    for (const part of parts) length += part.length + inner.length + 2;
    this.#run.text(length);
    const start = this.#newLine === "" ? "" : this.#newLine + inner;
    const end = this.#newLine === "" ? "" : this.#newLine + indent;
    return open + start + parts.join(`,${start}`) + end + close;
  }
}
