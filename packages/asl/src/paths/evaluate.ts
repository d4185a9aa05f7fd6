/** Walks the steps of a path as Jayway does. A definite path gives a bare value; an indefinite one a list, possibly empty. */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { PathNotFound } from "./errors.ts";
import { callFunction } from "./functions.ts";
import { isIndefinite, spell } from "./segments.ts";
import type { Segment } from "./segments.ts";

/** @throws PathNotFound when a definite path names nothing */
export function evaluate(root: Json, segments: readonly Segment[], rootText: string): Json {
  const firstMany = segments.findIndex(isIndefinite);
  const single = firstMany < 0 ? segments : segments.slice(0, firstMany);
  let value: Json = root;
  for (let index = 0; index < single.length; index += 1) {
    const segment = single[index];
    if (segment === undefined) break;
    const next = segment.kind === "call" ? callFunction(segment, value, root) : step(value, segment);
    if (next === undefined) throw missing(segments, index, rootText, value);
    value = next;
  }
  return firstMany < 0 ? value : evaluateMany(root, value, segments.slice(firstMany));
}

/** The value one step further; undefined when there is none. */
export function step(value: Json, segment: Segment): Json | undefined {
  if (segment.kind === "member") {
    return isJsonObject(value) && Object.hasOwn(value, segment.name) ? value[segment.name] : undefined;
  }
  if (segment.kind === "index") return isJsonArray(value) ? value.at(segment.index) : undefined;
  return undefined;
}

function missing(segments: readonly Segment[], index: number, rootText: string, value: Json): PathNotFound {
  const place = spell(rootText, segments.slice(0, index + 1));
  const segment = segments[index];
  if (segment?.kind === "index" && isJsonArray(value))
    return new PathNotFound(`Index out of bounds when evaluating path ${place}`);
  if (index === segments.length - 1 && (isJsonObject(value) || segment?.kind === "index"))
    return new PathNotFound(`No results for path: ${place}`);
  return new PathNotFound(`Missing property in path ${place}`);
}

function evaluateMany(root: Json, start: Json, segments: readonly Segment[]): Json {
  let values: readonly Json[] = [start];
  for (const segment of segments) {
    if (segment.kind === "call") return callFunction(segment, values, root) ?? null;
    values = values.flatMap((value) => expand(root, value, segment));
  }
  return values;
}

function expand(root: Json, value: Json, segment: Segment): readonly Json[] {
  switch (segment.kind) {
    case "member":
    case "index": {
      const next = step(value, segment);
      return next === undefined ? [] : [next];
    }
    case "wildcard":
      return children(value);
    case "members":
      return isJsonObject(value)
        ? segment.names.flatMap((name) => (Object.hasOwn(value, name) ? [value[name] ?? null] : []))
        : [];
    case "indexes":
      return isJsonArray(value) ? segment.indexes.flatMap((index) => value.at(index) ?? []) : [];
    case "slice":
      return isJsonArray(value) ? value.slice(segment.from ?? 0, segment.to) : [];
    case "filter":
      if (isJsonArray(value)) return value.filter((current) => segment.test({ current, root }));
      return isJsonObject(value) && segment.test({ current: value, root }) ? [value] : [];
    case "deep":
      return descendants(value);
    case "call":
      return [];
  }
}

function children(value: Json): readonly Json[] {
  if (isJsonArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

/** The value itself and everything inside it, parents first; iterative, so that depth costs no stack. */
function descendants(value: Json): Json[] {
  const found: Json[] = [];
  const pending: Json[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    found.push(next);
    const inside = children(next);
    for (let index = inside.length - 1; index >= 0; index -= 1) pending.push(inside[index] ?? null);
  }
  return found.filter((item) => typeof item === "object" && item !== null);
}
