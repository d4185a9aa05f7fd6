/** The one-line form of a definition's problems, as CreateStateMachine and UpdateStateMachine answer it. */
import type { Diagnostic } from "./diagnostic.ts";

/** The message that goes into an answer. Problems that would make it longer are counted. */
const MESSAGE_CHARACTERS_MAX = 262_144;

/**
 * AWS's message of `InvalidDefinition`: `Invalid State Machine Definition: 'CODE: text at /location, CODE: text at /location'`.
 * Warnings are left out. AWS writes `null` for a problem without a location.
 */
export function formatInvalidDefinition(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === "ERROR");
  const texts: string[] = [];
  let characters = 0;
  for (const { code, message, location } of errors) {
    const text = `${code}: ${message} at ${location ?? "null"}`;
    characters += text.length;
    if (characters > MESSAGE_CHARACTERS_MAX && texts.length > 0) {
      texts.push(`and ${errors.length - texts.length} more`);
      break;
    }
    texts.push(text);
  }
  return `Invalid State Machine Definition: '${texts.join(", ")}'`;
}
