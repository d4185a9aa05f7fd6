/** Payload templates: `Parameters`, `ResultSelector`, `ItemSelector`. A key that ends in `.$` holds a path or an intrinsic function. */
import type { Json } from "../json/value.ts";
import type { Scope } from "./path.ts";

export interface CompiledTemplate {
  readonly kind: "template";
  /**
   * The template with every `.$` field replaced by its value.
   * @throws TemplateError with AWS's cause and the error name (`States.ParameterPathFailure`, `States.IntrinsicFailure`, `States.Runtime`).
   */
  evaluate(scope: Scope): Json;
}
