/**
 * The last look at a result: that it is JSON, that it is not endless, and that no array in it carries a mark of the engine.
 *
 * A result that the expression has only selected from its input is handed out as it is. One that it has put together
 * is walked, and counted as often as a part of it is repeated: a few doublings make a result that no memory could hold as text.
 */
import type { Json } from "../json/value.ts";
import { Fault } from "./errors.ts";
import { limits } from "./limits.ts";
import type { Run } from "./run.ts";
import { isArray, isFunction } from "./value.ts";
import type { Value, ValueArray, ValueObject } from "./value.ts";

/** @throws Fault U1001, U1002, U1003, U1004 */
export function finish(value: Value, isSelected: boolean, run: Run): Json | undefined {
  if (value === undefined) return undefined;
  if (isSelected && !(isArray(value) && value.mark !== undefined) && typeof value !== "number" && !isFunction(value))
    return value as Json;
  return new Finisher(run).json(value, 0);
}

class Finisher {
  readonly #run: Run;
  #characters = 0;

  constructor(run: Run) {
    this.#run = run;
  }

  json(value: Value, depth: number): Json {
    switch (typeof value) {
      case "string":
        this.#count(value.length + 3);
        return value;
      case "number":
        this.#count(2);
        if (!Number.isFinite(value)) throw new Fault("U1004", { message: `it holds the number ${value}` });
        return value;
      case "boolean":
        this.#count(5);
        return value;
      case "object":
        if (value === null) return null;
        if (isFunction(value)) throw new Fault("U1004", { message: "it holds a function" });
        if (depth > limits.valueDepthMax) throw new Fault("U1002");
        this.#count(2);
        return isArray(value) ? this.#array(value, depth + 1) : this.#object(value, depth + 1);
      default:
        return null;
    }
  }

  #count(characters: number): void {
    this.#characters += characters;
    if (this.#characters > limits.textCharactersMax) throw new Fault("U1003");
    this.#run.spend(1);
  }

  /** The array itself when nothing in it had to be replaced. */
  #array(items: ValueArray, depth: number): Json {
    let result: Json[] | undefined = items.mark === undefined ? undefined : [];
    for (let index = 0; index < items.length; index += 1) {
      const item = this.json(items[index], depth);
      if (result === undefined && item !== items[index]) result = items.slice(0, index) as Json[];
      result?.push(item);
    }
    return result ?? (items as readonly Json[]);
  }

  #object(object: ValueObject, depth: number): Json {
    let result: Record<string, Json> | undefined;
    for (const key of Object.keys(object)) {
      const value = object[key];
      this.#count(key.length + 4);
      const member = this.json(value, depth);
      if (member === value) continue;
      result ??= { ...object } as Record<string, Json>;
      result[key] = member;
    }
    return result ?? (object as { readonly [key: string]: Json });
  }
}
