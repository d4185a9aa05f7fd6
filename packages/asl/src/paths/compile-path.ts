/** Paths compiled from their text: to be read, and to be written to. */
import { isJsonArray, isJsonObject } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { PathNotFound, PathSyntaxError, ReferencePathMismatch } from "./errors.ts";
import { parsePath } from "./parse.ts";
import type { CompiledPath, ReferencePath, Scope } from "./path.ts";
import type { Route, Segment } from "./segments.ts";
import { follow, newWalk } from "./walk.ts";

/** @throws PathSyntaxError */
export function compilePath(text: string): CompiledPath {
  const { root, route } = parsePath(text);
  const read = route.plain ? readPlain : readAny;
  return { kind: "path", text, definite: route.definite, evaluate: (scope) => read(rootValue(root, scope), route) };
}

function rootValue(root: string, scope: Scope): Json {
  if (root === "$") return scope.input;
  if (root === "$$") return scope.context;
  const name = root.slice(1);
  if (scope.variables !== undefined && Object.hasOwn(scope.variables, name)) return scope.variables[name] ?? null;
  throw new PathNotFound(`The variable '${root}' is not defined`);
}

function readAny(start: Json, route: Route): Json {
  if (start === null && route.segments.length > 0) throw new PathNotFound("root can not be null", "failed");
  return follow(route, start, newWalk(start));
}

/** Member names and indexes need no walk; it is asked only for the words of the error. */
function readPlain(start: Json, route: Route): Json {
  let value: Json | undefined = start;
  for (const segment of route.segments) {
    value = stepInto(value, segment);
    if (value === undefined) return readAny(start, route);
  }
  return value;
}

function stepInto(value: Json, segment: Segment): Json | undefined {
  if (segment.kind === "index") return isJsonArray(value) ? value.at(segment.index) : undefined;
  if (segment.kind !== "member" || !isJsonObject(value) || !Object.hasOwn(value, segment.name)) return undefined;
  return value[segment.name];
}

/**
 * A path to be read that names one place: `Variable`, the operands of Choice. It may start at the context object or a variable.
 * @throws PathSyntaxError whose message is the reason alone
 */
export function compileSinglePath(text: string): CompiledPath {
  if (!text.startsWith("$")) throw new PathSyntaxError("Reference path didn't start with '$'");
  const path = compilePath(text);
  if (!path.definite || hasOperators(text))
    throw new PathSyntaxError(`Invalid path '${text}': it names more than one place`);
  return path;
}

/** @throws PathSyntaxError also for a path that can name more than one place, or a place outside the input */
export function compileReferencePath(text: string): ReferencePath {
  const path = compileSinglePath(text);
  const { root, route } = parsePath(text);
  if (root !== "$") throw new PathSyntaxError(`Invalid path '${text}': a Reference Path starts with '$.'`);
  const steps = route.segments.map((segment) => {
    if (segment.kind === "member") return segment.name;
    if (segment.kind === "index" && segment.index >= 0) return segment.index;
    throw new PathSyntaxError(`Invalid path '${text}': a Reference Path names one place`);
  });
  return { ...path, steps, write: (target, value) => write(target, steps, 0, value) };
}

/** The characters that a Reference Path does without, but in a quoted name. */
function hasOperators(text: string): boolean {
  return /[@,:?*]|\.\./.test(text.replaceAll(/'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"/gs, ""));
}

/** Depth is bounded by the length of the path. */
function write(target: Json | undefined, steps: readonly (string | number)[], depth: number, value: Json): Json {
  const place = steps[depth];
  if (place === undefined) return value;
  if (typeof place === "number") {
    if (!isJsonArray(target) || place >= target.length) throw mismatch(steps, target);
    return target.with(place, write(target[place], steps, depth + 1, value));
  }
  if (target !== undefined && target !== null && !isJsonObject(target)) throw mismatch(steps, target);
  const inside = isJsonObject(target) && Object.hasOwn(target, place) ? target[place] : undefined;
  const written = write(inside, steps, depth + 1, value);
  // Spread and a computed name define own properties, `__proto__` among them.
  return { ...target, [place]: written };
}

function mismatch(steps: readonly (string | number)[], target: Json | undefined): ReferencePathMismatch {
  const path = steps.map((place) => (typeof place === "number" ? `[${place}]` : `.${place}`)).join("");
  return new ReferencePathMismatch(`Unable to apply ReferencePath $${path} to input ${JSON.stringify(target ?? null)}`);
}
