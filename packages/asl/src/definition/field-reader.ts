/**
 * Reads the members of one object of a definition: each method gives the member in the wanted form, or reports what is
 * wrong with it and gives `undefined`, as it does for an absent member. So a compiler reads all its fields before it
 * gives up, and every problem is named.
 */
import { childPointer } from "../json/pointer.ts";
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import type { NumberRange } from "./limits.ts";
import type { Problems } from "./problems.ts";

/** A value with its place. */
export interface Placed<Value extends Json = Json> {
  readonly value: Value;
  readonly pointer: string;
}

export class FieldReader {
  readonly object: JsonObject;
  readonly pointer: string;
  readonly problems: Problems;

  constructor(object: JsonObject, pointer: string, problems: Problems) {
    this.object = object;
    this.pointer = pointer;
    this.problems = problems;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.object, name);
  }

  /** The member as it is. */
  raw(name: string): Json | undefined {
    return this.has(name) ? this.object[name] : undefined;
  }

  place(name: string): string {
    return childPointer(this.pointer, name);
  }

  /** Reports all of `names` that are absent, in one problem. */
  require(...names: readonly string[]): void {
    const missing = names.filter((name) => !this.has(name));
    if (missing.length > 0) this.problems.ofObject(this.pointer, `These fields are required: [${missing.join(", ")}]`);
  }

  /** Reports when more than one of `names` is there; with `needed`, also when none is. Gives whether all is well. */
  onlyOne(names: readonly string[], needed: "needed" | "optional"): boolean {
    const count = names.filter((name) => this.has(name)).length;
    if (count > 1) this.tooMany(names);
    else if (count === 0 && needed === "needed") this.noneOf(names);
    return count === 1 || (count === 0 && needed === "optional");
  }

  tooMany(names: readonly string[]): void {
    this.problems.ofObject(this.pointer, `There should only be one of the following fields: [${names.join(", ")}]`);
  }

  noneOf(names: readonly string[]): void {
    this.problems.ofObject(
      this.pointer,
      `This object should have only one of the following fields: [${names.join(", ")}]`,
    );
  }

  text(name: string): string | undefined {
    return this.#typed(name, "String", (value) => typeof value === "string");
  }

  /** A text that must be one of `values`. */
  oneOf<Value extends string>(name: string, values: readonly Value[]): Value | undefined {
    const text = this.text(name);
    const value = values.find((candidate) => candidate === text);
    if (text !== undefined && value === undefined) {
      this.problems.ofValue(this.place(name), `Value should be one of the following: [${values.join(", ")}]`);
    }
    return value;
  }

  boolean(name: string): boolean | undefined {
    return this.#typed(name, "Boolean", (value) => typeof value === "boolean");
  }

  integer(name: string, range: NumberRange): number | undefined {
    return this.#inRange(
      name,
      this.#typed(name, "Integer", (value): value is number => Number.isInteger(value)),
      range,
    );
  }

  number(name: string, range: NumberRange): number | undefined {
    return this.#inRange(
      name,
      this.#typed(name, "Number", (value) => typeof value === "number"),
      range,
    );
  }

  objectField(name: string): FieldReader | undefined {
    const value = this.#typed(name, "Object", isJsonObject);
    return value && new FieldReader(value, this.place(name), this.problems);
  }

  array(name: string): Placed[] | undefined {
    return this.#typed(name, "Array", isJsonArray)?.map((value, index) => ({
      value,
      pointer: childPointer(this.place(name), index),
    }));
  }

  /** An array that must have items. */
  filledArray(name: string): Placed[] | undefined {
    const items = this.array(name);
    if (items?.length === 0) this.problems.ofValue(this.place(name), "Value cannot be empty");
    return items;
  }

  /** Readers for an array of objects; items that are none are reported and left out. */
  objects(name: string): FieldReader[] {
    return (this.array(name) ?? []).flatMap((item) => this.#reader(item));
  }

  /** Like `objects`, for an array that must have items. */
  filledObjects(name: string): FieldReader[] {
    return (this.filledArray(name) ?? []).flatMap((item) => this.#reader(item));
  }

  #reader(item: Placed): FieldReader[] {
    if (isJsonObject(item.value)) return [new FieldReader(item.value, item.pointer, this.problems)];
    this.problems.ofValue(item.pointer, "Expected value of type Object");
    return [];
  }

  #typed<Value extends Json>(name: string, type: string, matches: (value: Json) => value is Value): Value | undefined {
    const value = this.raw(name);
    if (value === undefined || matches(value)) return value;
    this.problems.ofValue(this.place(name), `Expected value of type ${type}`);
    return undefined;
  }

  #inRange(name: string, value: number | undefined, range: NumberRange): number | undefined {
    if (value === undefined) return undefined;
    const { minimum, maximum, fractionDigits } = range;
    const shown = (bound: number): string =>
      fractionDigits === undefined ? `${bound}` : bound.toFixed(fractionDigits);
    if (value < minimum) this.problems.ofValue(this.place(name), `Minimum value is ${shown(minimum)}`);
    else if (value > maximum) this.problems.ofValue(this.place(name), `Maximum value is ${shown(maximum)}`);
    else return value;
    return undefined;
  }
}

/** An object without its undefined members, for the optional fields of a machine's types. */
export function present<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  const result: { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } = {};
  for (const key in fields) {
    const value = fields[key];
    if (isPresent(value)) result[key] = value;
  }
  return result;
}

function isPresent<Value>(value: Value): value is Exclude<Value, undefined> {
  return value !== undefined;
}
