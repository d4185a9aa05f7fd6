/**
 * Expressions as they are evaluated: steps put together to paths, predicates and bindings on the steps they belong to, and
 * the place that each `%` looks at.
 */
import type { Signature } from "../signature.ts";
import type { Operator } from "./syntax.ts";

export type Expression = ExpressionForm & Decorations;

export type PathExpression = Extract<Expression, { kind: "path" }>;
export type CallExpression = Extract<Expression, { kind: "call" }>;

export type ExpressionForm =
  | { kind: "string"; value: string }
  | { kind: "number"; value: number }
  | { kind: "constant"; value: boolean | null }
  | { kind: "name" | "variable"; value: string }
  | { kind: "regex"; pattern: string; flags: string }
  | { kind: "wildcard" | "descendant" | "placeholder" }
  | { kind: "parent"; slot: Slot }
  | { kind: "path"; steps: Expression[]; keepSingletonArray?: boolean }
  | { kind: "sort"; terms: Term[] }
  | { kind: "operation"; operator: Operator; left: Expression; right: Expression }
  | { kind: "apply"; left: Expression; right: Expression }
  | { kind: "bind"; name: string; value: Expression }
  | { kind: "negation"; operand: Expression }
  | { kind: "array"; items: Expression[] }
  | { kind: "object"; pairs: Pair[] }
  | { kind: "block"; expressions: Expression[] }
  | { kind: "call" | "partial"; procedure: Expression; args: Expression[] }
  | { kind: "lambda"; parameters: readonly string[]; signature?: Signature; body: Expression }
  | { kind: "condition"; condition: Expression; consequent: Expression; alternative?: Expression }
  | { kind: "transform"; pattern: Expression; update: Expression; deletion?: Expression };

/** What may hang on an expression. */
export interface Decorations {
  position: number;
  /** `[]`: a single result stays an array. */
  keepArray?: boolean;
  /** Filters on an expression that is no step. */
  predicates?: Stage[];
  /** Filters and `#` on a step. */
  stages?: Stage[];
  group?: Group;
  /** An array that is one item of the path it stands in. */
  isConstructed?: boolean;
  /** It has to be evaluated with the bindings of each item. */
  isTuple?: boolean;
  /** `@$name` */
  focus?: string;
  /** `#$name` */
  index?: string;
  /** A `%` further on wants the value this step was taken from. */
  ancestor?: Slot;
  /** Each `%` in it that has not found its step yet. */
  seeking?: Slot[];
}

export type Stage =
  | { readonly kind: "filter"; readonly expression: Expression; readonly position: number }
  | { readonly kind: "index"; readonly name: string };

export interface Group {
  readonly pairs: Pair[];
  readonly position: number;
}

export type Pair = readonly [Expression, Expression];

export interface Term {
  readonly descending: boolean;
  readonly expression: Expression;
}

/** What a `%` stands for: a variable that the step so many levels up binds. */
export interface Slot {
  label: string;
  level: number;
}
