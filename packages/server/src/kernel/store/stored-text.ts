/**
 * Text that a database would refuse or change, written so that it comes back exactly and still sorts by code point.
 *
 * Databases keep UTF-8, which has no lone surrogates, and PostgreSQL's text has no U+0000. Both are written as two
 * characters that begin with the character just before them in code point order; that character itself is written so as
 * well. What neither occurs in, nearly every text there is, stays as it is.
 *
 *     U+0000           U+0001 A
 *     U+0001           U+0001 B
 *     U+D7FF           U+D7FF U+0003
 *     a lone surrogate U+D7FF, then U+0100 and its distance from U+D800
 */
const surrogateFirst = 0xd800;
const offset = 0x100;

/** For stores whose text takes U+0000. */
export function encodeSurrogates(text: string): string {
  if (text.isWellFormed() && !text.includes("\ud7ff")) return text;
  return text.replace(/\ud7ff|\p{Surrogate}/gu, (character) =>
    character === "\ud7ff"
      ? "\ud7ff\u0003"
      : `\ud7ff${String.fromCharCode(character.charCodeAt(0) - surrogateFirst + offset)}`,
  );
}

export function decodeSurrogates(text: string): string {
  if (!text.includes("\ud7ff")) return text;
  return text.replace(/\ud7ff([^])/gu, (_, mark: string) =>
    mark === "\u0003" ? "\ud7ff" : String.fromCharCode(mark.charCodeAt(0) - offset + surrogateFirst),
  );
}

/** For stores whose text takes neither. */
export function encodeText(text: string): string {
  const wellFormed = encodeSurrogates(text);
  if (!wellFormed.includes("\u0000") && !wellFormed.includes("\u0001")) return wellFormed;
  return wellFormed.replaceAll("\u0001", "\u0001B").replaceAll("\u0000", "\u0001A");
}

export function decodeText(text: string): string {
  const wellFormed = decodeSurrogates(text);
  if (!wellFormed.includes("\u0001")) return wellFormed;
  return wellFormed.replaceAll("\u0001A", "\u0000").replaceAll("\u0001B", "\u0001");
}
