/** A compiled Choice rule: the comparison and where it leads. */
import type { Scope } from "../paths/path.ts";

export interface CompiledChoiceRule {
  readonly next: string;
  /**
   * Whether the rule applies. A comparison with a value of another type is false.
   * @throws PathNotFound when `Variable` names nothing and the operator is not `IsPresent`.
   */
  matches(scope: Scope): boolean;
}
