/** The one-line form of a definition's problems, as CreateStateMachine and UpdateStateMachine answer it. */
import type { Diagnostic } from "./diagnostic.ts";

/**
 * AWS's message of `InvalidDefinition`: `Invalid State Machine Definition: 'CODE: text at /location, CODE: text at /location'`.
 * Warnings are left out. AWS writes `null` for a problem without a location.
 */
export function formatInvalidDefinition(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "ERROR");
  const texts = errors.map(({ code, message, location }) => `${code}: ${message} at ${location ?? "null"}`);
  return `Invalid State Machine Definition: '${texts.join(", ")}'`;
}
