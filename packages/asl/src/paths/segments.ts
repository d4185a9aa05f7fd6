/** A path as steps: what the parser gives and the evaluator walks. */
import type { Json } from "../json/value.ts";

export type Segment =
  | { readonly kind: "member"; readonly name: string }
  | { readonly kind: "index"; readonly index: number }
  | { readonly kind: "wildcard" }
  | { readonly kind: "members"; readonly names: readonly string[] }
  | { readonly kind: "indexes"; readonly indexes: readonly number[] }
  | { readonly kind: "slice"; readonly from: number | undefined; readonly to: number | undefined }
  | { readonly kind: "filter"; readonly test: FilterTest }
  /** `..`: the value and everything inside it; the next segment is applied to each. */
  | { readonly kind: "deep" }
  | { readonly kind: "call"; readonly name: string; readonly parameters: readonly FilterOperand[] };

/** The values a filter's paths start from: `@` and `$`. */
export interface FilterScope {
  readonly current: Json;
  readonly root: Json;
}

/** Undefined when a path names nothing. */
export type FilterOperand = (scope: FilterScope) => Json | undefined;
export type FilterTest = (scope: FilterScope) => boolean;

export function isIndefinite(segment: Segment): boolean {
  return ["wildcard", "members", "indexes", "slice", "filter", "deep"].includes(segment.kind);
}

/** Jayway's spelling of a path: `$['a'][0]`. */
export function spell(root: string, segments: readonly Segment[]): string {
  return (
    root +
    segments
      .map((segment) =>
        segment.kind === "member" ? `['${segment.name}']` : segment.kind === "index" ? `[${segment.index}]` : "[*]",
      )
      .join("")
  );
}
