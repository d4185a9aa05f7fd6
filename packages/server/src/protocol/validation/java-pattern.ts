/**
 * The patterns of the API models are Java's; here they become JavaScript's, matched over the whole value.
 *
 * Some of them take exponential time in a backtracking engine on a value made for it, so a pattern with more than one
 * unbounded repetition is given to V8's linear-time engine (flag `l`) where that can run it: no look-around, no back
 * references, no Unicode classes. A linear pattern counts a character outside the basic plane as two.
 */
import { setFlagsFromString } from "node:v8";

// Only makes the flag `l` known to the parser of regular expressions.
setFlagsFromString("--enable-experimental-regexp-engine");

/**
 * @throws Error for what has no counterpart (possessive quantifiers, intersections of classes); a table is part of the
 *   program, so this is a fault of the build
 */
export function javaPattern(pattern: string): RegExp {
  const isInsensitive = pattern.startsWith("(?i)");
  const source = `^(?:${translate(isInsensitive ? pattern.slice(4) : pattern)})$`;
  const flags = isInsensitive ? "i" : "";
  // Without the flag `u`, `\p` would mean the letter.
  if (!/\\[pP]/.test(source) && (source.match(/[*+]|,\}/g)?.length ?? 0) > 1) {
    const linear = compiled(source, `${flags}l`);
    if (linear !== undefined) return linear;
  }
  return compiled(source, `${flags}u`) ?? new RegExp(source, flags);
}

function compiled(source: string, flags: string): RegExp | undefined {
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
}

/** Writes what only Java (or a lenient JavaScript) takes in the strict form. */
function translate(pattern: string): string {
  let result = "";
  let isInClass = false;
  let previousWasClassEscape = false;
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? "";
    let isClassEscape = false;
    if (character === "\\") {
      index += 1;
      const escaped = pattern[index] ?? "";
      result += translateEscape(escaped, isInClass);
      isClassEscape = /[dswDSW]/.test(escaped);
    } else if (isInClass) {
      if (pattern.startsWith("&&", index) || character === "[") throw new Error(`Unsupported class in ${pattern}`);
      if (character === "]") isInClass = false;
      // `[\w-_]`: the hyphen stands for itself.
      result += character === "-" && previousWasClassEscape ? "\\-" : character;
    } else {
      isInClass = character === "[";
      result += translatePlain(pattern, index, character);
    }
    previousWasClassEscape = isClassEscape;
  }
  return result;
}

function translateEscape(escaped: string, isInClass: boolean): string {
  if (/[A-Za-z0-9]/.test(escaped)) {
    if (escaped === "Z" || escaped === "z") return "$";
    return escaped === "A" ? "^" : `\\${escaped}`;
  }
  const isSyntax = "^$\\.*+?()[]{}|/".includes(escaped) || (isInClass && escaped === "-");
  return isSyntax ? `\\${escaped}` : escaped;
}

function translatePlain(pattern: string, index: number, character: string): string {
  if (character === "]") return "\\]";
  if (character === "{" && !/^\{\d+(,\d*)?\}/.test(pattern.slice(index, index + 24))) return "\\{";
  if (character === "}" && !/\{\d+(,\d*)?$/.test(pattern.slice(Math.max(0, index - 24), index))) return "\\}";
  return character;
}
