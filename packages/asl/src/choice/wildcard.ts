/**
 * `StringMatches`: `*` stands for any run of characters, `\*` and `\\` for themselves.
 * On a mismatch it goes back to the last `*` only, so the time is bounded by pattern times text.
 */
export function matchesWildcard(text: string, pattern: string): boolean {
  const tokens = tokenize(pattern);
  let at = 0;
  let token = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (tokens[token] === any) {
      star = token;
      starAt = at;
      token += 1;
    } else if (token < tokens.length && tokens[token] === text[at]) {
      token += 1;
      at += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      token = star + 1;
    } else return false;
  }
  while (tokens[token] === any) token += 1;
  return token === tokens.length;
}

const any = Symbol("any");

function tokenize(pattern: string): (string | typeof any)[] {
  const tokens: (string | typeof any)[] = [];
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index] ?? "";
    const next = pattern[index + 1];
    if (character === "\\" && (next === "*" || next === "\\")) {
      tokens.push(next);
      index += 1;
    } else tokens.push(character === "*" ? any : character);
  }
  return tokens;
}
