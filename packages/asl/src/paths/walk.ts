/**
 * Follows a route from a value, as Jayway JsonPath does: depth first, in document order, each segment handing the
 * values it names to the next. What the last segment names is collected. A definite route gives the last of these,
 * or an error when there is none; any other gives the list.
 *
 * Where everything so far names one place, a value of the wrong kind is an error. After a wildcard, a filter, a slice,
 * a union or `..` it is passed over.
 */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { PathNotFound } from "./errors.ts";
import { callFunction } from "./functions.ts";
import { javaText, javaType } from "./java-text.ts";
import { limits } from "./limits.ts";
import { fragment, spell } from "./segments.ts";
import type { FilterTest, Route, Segment, Walk } from "./segments.ts";

export function newWalk(root: Json): Walk {
  return { root, stepsLeft: limits.stepsMax, known: new Map() };
}

/**
 * @param strict an absent member is an error even where the route names many places: the rule of a filter that tests presence
 * @throws PathNotFound
 */
export function follow(route: Route, start: Json, walk: Walk, strict = false): Json {
  if (route.segments.length === 0) return start;
  const { found } = new Walker(route, walk, strict).run(start);
  if (!route.definite) return found;
  const last = found.at(-1);
  if (last === undefined) throw new PathNotFound(`No results for path: ${spell(route.root, route.segments)}`);
  return last;
}

/** Whether an element is in; operands that do not suit their operator count as a no. */
function accepts(test: FilterTest, current: Json, walk: Walk): boolean {
  try {
    return test(current, walk);
  } catch (error) {
    if (isFailure(error, "not-found") || isFailure(error, "invalid")) return false;
    throw error;
  }
}

class Walker {
  readonly found: Json[] = [];
  readonly #route: Route;
  readonly #walk: Walk;
  readonly #strict: boolean;
  /** By segment, the place in its array of the value that `..` last handed to it. */
  readonly #scannedPlaces = new Map<number, number>();

  constructor(route: Route, walk: Walk, strict: boolean) {
    this.#route = route;
    this.#walk = walk;
    this.#strict = strict;
  }

  run(start: Json): this {
    this.#apply(0, start);
    return this;
  }

  /** Recursion is as deep as the route is long. */
  #apply(at: number, value: Json): void {
    this.#step();
    const segment = this.#route.segments[at];
    switch (segment?.kind) {
      case "member":
      case "members":
        return this.#members(at, segment, value);
      case "index":
        return this.#inArray(at, value, (items) => this.#item(at, items, segment.index));
      case "indexes":
        return this.#inArray(at, value, (items) => segment.indexes.forEach((index) => this.#item(at, items, index)));
      case "slice":
        return this.#inArray(at, value, (items) => this.#slice(at, items, segment));
      case "wildcard":
        return this.#wildcard(at, value);
      case "filter":
        return this.#filter(at, segment.test, value);
      case "deep":
        return this.#scan(at, value);
      case "call":
        return this.#call(segment, value);
      case undefined:
        return undefined;
    }
  }

  #call({ name, parameters }: Extract<Segment, { kind: "call" }>, value: Json): void {
    const given = parameters.map((parameter) => parameter(this.#walk, this.#strict));
    this.#collect(callFunction(name, value, given));
  }

  #step(): void {
    this.#walk.stepsLeft -= 1;
    if (this.#walk.stepsLeft < 0)
      throw new PathNotFound(`The path looks at more than ${limits.stepsMax} values`, "failed");
  }

  #collect(value: Json): void {
    this.#step();
    this.found.push(value);
  }

  #isLast(at: number): boolean {
    return at === this.#route.segments.length - 1;
  }

  /** The path up to a segment, as messages show it: names in single quotes, however they were written. */
  #place(at: number): string {
    const before = this.#route.segments.slice(0, at);
    return spell(
      this.#route.root,
      before.map((segment) => (segment.kind === "member" ? { ...segment, quote: "'" } : segment)),
    );
  }

  /** The path from a segment on. */
  #rest(at: number): string {
    return spell("", this.#route.segments.slice(at));
  }

  #members(at: number, segment: Extract<Segment, { kind: "member" | "members" }>, value: Json): void {
    if (!isJsonObject(value)) {
      if (this.#route.definiteBefore[at] !== true) return;
      throw new PathNotFound(
        `Expected to find an object with property ${fragment(segment)} in path ${this.#place(at)} but found '${javaType(value)}'. ` +
          "This is not a json object according to the JsonProvider: 'com.jayway.jsonpath.spi.json.JsonSmartJsonProvider'.",
      );
    }
    if (segment.kind === "member") return this.#member(at, value, segment.name);
    if (!this.#isLast(at)) return segment.names.forEach((name) => this.#member(at, value, name));
    this.#collect(this.#merged(at, value, segment.names));
  }

  /** Several names at the end of a path: one object of those members that are there. */
  #merged(at: number, value: JsonObject, names: readonly string[]): JsonObject {
    const entries: [string, Json][] = [];
    for (const name of new Set(names)) {
      if (Object.hasOwn(value, name)) entries.push([name, value[name] ?? null]);
      else if (this.#strict) throw new PathNotFound(`Missing property in path ${this.#place(at + 1)}`);
    }
    return Object.fromEntries(entries);
  }

  #member(at: number, value: JsonObject, name: string): void {
    const inside = Object.hasOwn(value, name) ? value[name] : undefined;
    if (inside !== undefined) {
      if (!this.#isLast(at)) this.#apply(at + 1, inside);
      else if (this.#isWanted(at)) this.#collect(inside);
      return;
    }
    if (this.#isLast(at)) {
      if (this.#strict) throw new PathNotFound(`No results for path: ${this.#place(at + 1)}`);
      return;
    }
    const definite = this.#route.definiteBefore[at + 1] === true;
    if (definite || this.#strict) throw new PathNotFound(`Missing property in path ${this.#place(at + 1)}`);
  }

  /**
   * In `$..[n].name` the scan hands every element of every array on, and the name picks those at place n; it looks for
   * the place in the text of the segment before it. So `$..[*].name` and `$..[0,1].name` give nothing, in Jayway too.
   */
  #isWanted(at: number): boolean {
    const place = this.#scannedPlaces.get(at);
    const before = this.#route.segments[at - 1];
    return place === undefined || (before !== undefined && fragment(before) === `[${place}]`);
  }

  #inArray(at: number, value: Json, use: (items: readonly Json[]) => void): void {
    if (isJsonArray(value)) return use(value);
    if (this.#route.definiteBefore[at] !== true) return;
    if (value === null) throw new PathNotFound(`The path ${this.#place(at)} is null`);
    throw new PathNotFound(
      `Filter: ${this.#rest(at)} can only be applied to arrays. Current context is: ${javaText(value)}`,
    );
  }

  #item(at: number, items: readonly Json[], index: number): void {
    const item = items.at(index);
    // What is beyond the end is passed over, a function's own index further down the path included.
    if (item === undefined) return;
    if (this.#isLast(at)) return this.#collect(item);
    try {
      this.#apply(at + 1, item);
    } catch (error) {
      if (!isFailure(error, "out-of-bounds")) throw error;
    }
  }

  #slice(at: number, items: readonly Json[], { from, to }: Extract<Segment, { kind: "slice" }>): void {
    const length = items.length;
    if (from === undefined) {
      const end = Math.min(length, to === undefined || to >= 0 ? (to ?? length) : length + to);
      for (let index = 0; index < end; index += 1) this.#item(at, items, index);
    } else if (to === undefined) {
      const start = Math.max(0, from < 0 ? length + from : from);
      for (let index = start; index < length; index += 1) this.#item(at, items, index);
    } else {
      // With both ends given, a negative one does not count from the end: `[1:-1]` is empty and `[-1:1]` is -1 and 0.
      for (let index = Math.max(from, -length); index < Math.min(length, to); index += 1) this.#item(at, items, index);
    }
  }

  #wildcard(at: number, value: Json): void {
    if (isJsonArray(value)) {
      for (let index = 0; index < value.length; index += 1) this.#tolerating(() => this.#item(at, value, index));
    } else if (isJsonObject(value)) {
      for (const name of Object.keys(value)) this.#member(at, value, name);
    }
  }

  /** What one item does not have, or the parameters of a function do not, is no reason to stop at the others. */
  #tolerating(act: () => void): void {
    try {
      act();
    } catch (error) {
      if (this.#strict || !isFailure(error, "not-found")) throw error;
    }
  }

  #filter(at: number, test: FilterTest, value: Json): void {
    if (isJsonArray(value)) {
      for (let index = 0; index < value.length; index += 1) {
        this.#step();
        if (accepts(test, value[index] ?? null, this.#walk)) this.#item(at, value, index);
      }
    } else if (isJsonObject(value)) {
      if (!accepts(test, value, this.#walk)) return;
      if (this.#isLast(at)) this.#collect(value);
      else this.#apply(at + 1, value);
    } else if (this.#route.definiteBefore[at] === true) {
      throw new PathNotFound(
        `Filter: ${this.#rest(at)} can not be applied to primitives. Current context is: ${javaText(value)}`,
        "invalid",
      );
    }
  }

  /** Iterative, so that the depth of the value costs no stack. */
  #scan(at: number, start: Json): void {
    const target = this.#route.segments[at + 1];
    if (target === undefined) return;
    const pending: Json[] = [start];
    for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
      if (!isJsonArray(value) && !isJsonObject(value)) continue;
      this.#step();
      if (this.#suits(target, value)) this.#hand(at + 1, value);
      const inside = isJsonArray(value) ? value : Object.values(value);
      for (let index = inside.length - 1; index >= 0; index -= 1) pending.push(inside[index] ?? null);
    }
  }

  /** Whether the scan stops at this value for its target. */
  #suits(target: Segment, value: Json): boolean {
    switch (target.kind) {
      case "member":
        return isJsonObject(value) && Object.hasOwn(value, target.name);
      case "members":
        return (
          isJsonObject(value) &&
          (this.#route.segments.at(-1) !== target || target.names.every((name) => Object.hasOwn(value, name)))
        );
      case "index":
      case "indexes":
      case "slice":
        return isJsonArray(value);
      case "wildcard":
        return true;
      case "filter":
        return accepts(target.test, value, this.#walk);
      case "deep":
      case "call":
        return false;
    }
  }

  /** A target that is not the last segment is left out for an array: its elements go to the segment after it. */
  #hand(at: number, value: Json): void {
    if (this.#isLast(at) || !isJsonArray(value)) return this.#apply(at, value);
    for (const [place, item] of value.entries()) {
      this.#scannedPlaces.set(at + 1, place);
      this.#apply(at + 1, item);
    }
  }
}

function isFailure(error: unknown, failure: PathNotFound["failure"]): boolean {
  return error instanceof PathNotFound && error.failure === failure;
}
