/** A path as segments: what the parser gives and the walk follows. */
import type { Json } from "../json/value.ts";

export type Segment =
  | { readonly kind: "member"; readonly name: string; readonly quote: Quote }
  | { readonly kind: "members"; readonly names: readonly string[]; readonly quote: Quote }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: "wildcard" }
  | { readonly kind: "filter"; readonly test: FilterTest }
  /** `..`: the value and everything inside it; the next segment is applied to each. */
  | { readonly kind: "deep" }
  | { readonly kind: "call"; readonly name: string; readonly parameters: readonly Parameter[] };

/** What names are shown in: as they were written, single quotes for a name after a dot. */
export type Quote = "'" | '"';

/** A parsed path without its root. */
export interface Route {
  /** How the root is written in messages: `$` or `@`. */
  readonly root: string;
  readonly segments: readonly Segment[];
  /** Whether the path gives one bare value; otherwise it gives a list. */
  readonly definite: boolean;
  /** For each segment, whether everything before it names one place: only then is a value of the wrong kind an error. */
  readonly definiteBefore: readonly boolean[];
  /** Only member names and indexes: read by a plain loop. */
  readonly plain: boolean;
}

/** What one evaluation shares with the paths in its filters. */
export interface Walk {
  readonly root: Json;
  /** Counted down by every value looked at. */
  stepsLeft: number;
  /** What paths from the root gave, if anything: a filter asks for the same one at every element. */
  readonly known: Map<Route, { readonly value: Json | undefined }>;
}

/** @throws PathNotFound of kind `invalid` when the operands do not suit the operator; the test then counts as false */
export type FilterTest = (current: Json, walk: Walk) => boolean;

/** A parameter of a function. A path among them starts at the input, wherever the function stands. */
export type Parameter = (walk: Walk, strict: boolean) => Json;

/** @param scanned whether the path is `$..x.f()` turned round: the function is given what the scan finds, as one list */
export function route(root: string, segments: readonly Segment[], scanned = false): Route {
  const last = segments.length - 1;
  const each = segments.map((segment, index) => namesOne(segment, index === last));
  return {
    root,
    segments,
    definite: scanned || each.every(Boolean),
    definiteBefore: each.map((_, index) => each.slice(0, index).every(Boolean)),
    plain: segments.every(({ kind }) => kind === "member" || kind === "index"),
  };
}

/** Several names at the end of a path give one object; further up they are several ways to go. */
function namesOne({ kind }: Segment, isLast: boolean): boolean {
  return kind === "member" || kind === "index" || kind === "call" || (kind === "members" && isLast);
}

/** Jayway's spelling of a path: `$['a'][0]`. */
export function spell(root: string, segments: readonly Segment[]): string {
  return root + segments.map(fragment).join("");
}

export function fragment(segment: Segment): string {
  switch (segment.kind) {
    case "member":
      return `[${segment.quote}${segment.name}${segment.quote}]`;
    case "members":
      return `[${segment.names.map((name) => segment.quote + name + segment.quote).join(",")}]`;
    case "index":
      return `[${segment.index}]`;
    case "indexes":
      return `[${segment.indexes.join(",")}]`;
    case "slice":
      return `[${segment.from ?? ""}:${segment.to ?? ""}]`;
    case "wildcard":
      return "[*]";
    case "filter":
      return "[?]";
    case "deep":
      return "..";
    case "call":
      return `.${segment.name}(${segment.parameters.length > 0 ? "..." : ""})`;
  }
}
