/** Wildcards of policies: in actions, in resources, and in the operators that compare with patterns. */

/**
 * `*` stands for any text, `?` for one character. Goes back to the last `*` only, so that no pattern takes more than
 * the product of both lengths.
 */
export function matchesGlob(text: string, pattern: string): boolean {
  let at = 0;
  let wanted = 0;
  let star = -1;
  let starAt = 0;
  while (at < text.length) {
    if (pattern[wanted] === "*") {
      star = wanted;
      starAt = at;
      wanted += 1;
    } else if (wanted < pattern.length && (pattern[wanted] === "?" || pattern[wanted] === text[at])) {
      at += 1;
      wanted += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = starAt;
      wanted = star + 1;
    } else return false;
  }
  while (pattern[wanted] === "*") wanted += 1;
  return wanted === pattern.length;
}
