/** The tree that the parser makes of an expression, operator by operator, before paths are put together. */
import type { Signature } from "../signature.ts";

export type Syntax = SyntaxForm & {
  readonly position: number;
  /** `[]` follows: what the step gives stays an array. */
  keepArray?: boolean;
};

/** A form of the same shape for each of several kinds. */
type Each<Kind, Shape> = Kind extends string ? { readonly kind: Kind } & Shape : never;

type SyntaxForm =
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "constant"; readonly value: boolean | null }
  | Each<"name" | "variable", { readonly value: string }>
  | { readonly kind: "regex"; readonly pattern: string; readonly flags: string }
  | Each<"wildcard" | "descendant" | "parent" | "placeholder" | "end", object>
  | { readonly kind: "operation"; readonly operator: Operator; readonly left: Syntax; readonly right: Syntax }
  | Each<"step" | "filter" | "bind" | "focus" | "index" | "apply", { readonly left: Syntax; readonly right: Syntax }>
  | { readonly kind: "group"; readonly left: Syntax; readonly pairs: readonly SyntaxPair[] }
  | { readonly kind: "sort"; readonly left: Syntax; readonly terms: readonly SyntaxTerm[] }
  | { readonly kind: "negation"; readonly operand: Syntax }
  | { readonly kind: "array"; readonly items: readonly Syntax[] }
  | { readonly kind: "object"; readonly pairs: readonly SyntaxPair[] }
  | { readonly kind: "block"; readonly expressions: readonly Syntax[] }
  | Each<"call" | "partial", { readonly procedure: Syntax; readonly args: readonly Syntax[] }>
  | {
      readonly kind: "lambda";
      readonly parameters: readonly string[];
      readonly signature?: Signature;
      readonly body: Syntax;
    }
  | {
      readonly kind: "condition";
      readonly condition: Syntax;
      readonly consequent: Syntax;
      readonly alternative?: Syntax;
    }
  | { readonly kind: "transform"; readonly pattern: Syntax; readonly update: Syntax; readonly deletion?: Syntax };

export type Operator =
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "&"
  | "and"
  | "or"
  | "in"
  | "..";

/** A key and the value that stands at it. */
export type SyntaxPair = readonly [Syntax, Syntax];

export interface SyntaxTerm {
  readonly descending: boolean;
  readonly expression: Syntax;
}
