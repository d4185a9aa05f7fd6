/** The tokens of a text that may not be JSON yet. Nothing is refused; a text whose quote is missing ends early. */
import { BACKSLASH, CARRIAGE_RETURN, LINE_FEED, QUOTE, isWhitespace } from "./characters.ts";

export interface Token {
  readonly kind: "," | ":" | "[" | "]" | "text" | "word" | "{" | "}";
  readonly start: number;
  readonly end: number;
  /** Of a text: both quotes are there. */
  readonly closed: boolean;
}

const PUNCTUATION: ReadonlySet<string> = new Set([",", ":", "[", "]", "{", "}"]);

/** The first token at or behind `offset`; `undefined` at the end. */
export function tokenFrom(text: string, offset: number): Token | undefined {
  let start = offset;
  while (isWhitespace(text.charCodeAt(start))) start += 1;
  if (start >= text.length) return undefined;
  const character = text.charAt(start);
  if (isPunctuation(character)) return { kind: character, start, end: start + 1, closed: true };
  if (text.charCodeAt(start) === QUOTE) return textToken(text, start);
  let end = start + 1;
  while (end < text.length && !endsWord(text, end)) end += 1;
  return { kind: "word", start, end, closed: true };
}

/**
 * A text ends at its quote. It has none when the line ends first, or when what follows the quote shows that it opens
 * another text, as in `{"StartAt": ", "States": {}}`: then it ends before the comma or closing marker that follows.
 */
function textToken(text: string, start: number): Token {
  let end = start + 1;
  let firstStop: number | undefined;
  for (; end < text.length; end += 1) {
    const code = text.charCodeAt(end);
    if (code === LINE_FEED || code === CARRIAGE_RETURN) break;
    if (code === QUOTE) {
      if (mayFollowText(text, end + 1)) return { kind: "text", start, end: end + 1, closed: true };
      return { kind: "text", start, end: firstStop ?? end + 1, closed: firstStop === undefined };
    }
    if (code === BACKSLASH) end += 1;
    else if (firstStop === undefined && /[,\]}]/.test(text.charAt(end))) firstStop = end;
  }
  // What closes the containers around stands at the end of the line.
  end = Math.min(end, text.length);
  while (end > start + 1 && /[\s,\]}]/.test(text.charAt(end - 1))) end -= 1;
  return { kind: "text", start, end, closed: false };
}

function mayFollowText(text: string, offset: number): boolean {
  let next = offset;
  while (next < text.length && isWhitespace(text.charCodeAt(next))) {
    if (text.charCodeAt(next) === LINE_FEED) return true;
    next += 1;
  }
  return next >= text.length || /[,:\]}"]/.test(text.charAt(next));
}

function endsWord(text: string, offset: number): boolean {
  return (
    isWhitespace(text.charCodeAt(offset)) || text.charCodeAt(offset) === QUOTE || PUNCTUATION.has(text.charAt(offset))
  );
}

function isPunctuation(character: string): character is Exclude<Token["kind"], "text" | "word"> {
  return PUNCTUATION.has(character);
}
