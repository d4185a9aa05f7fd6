/** Sets of characters of Java's regular expressions, each a test of one code point. */

export type CharacterSet = (codePoint: number) => boolean;

export function range(first: number, last: number): CharacterSet {
  return (codePoint) => codePoint >= first && codePoint <= last;
}

export function anyOf(characters: string): CharacterSet {
  const codePoints = new Set([...characters].map((character) => character.codePointAt(0)));
  return (codePoint) => codePoints.has(codePoint);
}

export function union(sets: readonly CharacterSet[]): CharacterSet {
  return (codePoint) => sets.some((set) => set(codePoint));
}

export function intersection(sets: readonly CharacterSet[]): CharacterSet {
  return (codePoint) => sets.every((set) => set(codePoint));
}

export function not(set: CharacterSet): CharacterSet {
  return (codePoint) => !set(codePoint);
}

const digit = range(0x30, 0x39);
const lower = range(0x61, 0x7a);
const upper = range(0x41, 0x5a);
const alpha = union([lower, upper]);
const alnum = union([alpha, digit]);
const punct = anyOf("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");
const space = anyOf(" \t\n\v\f\r");

export const lineEnd = anyOf("\n\r\u0085\u2028\u2029");
const word = union([alnum, anyOf("_")]);

/** `\d`, `\h` and so on; the letter in upper case is everything else. */
export const shorthands: ReadonlyMap<string, CharacterSet> = new Map([
  ["d", digit],
  [
    "h",
    anyOf(" \t\xA0\u1680\u180e\u202f\u205f\u3000\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"),
  ],
  ["s", space],
  ["v", anyOf("\n\v\f\r\x85\u2028\u2029")],
  ["w", word],
]);

const named: ReadonlyMap<string, CharacterSet> = new Map([
  ["ASCII", range(0, 0x7f)],
  ["Alnum", alnum],
  ["Alpha", alpha],
  ["Blank", anyOf(" \t")],
  ["Cntrl", union([range(0, 0x1f), range(0x7f, 0x7f)])],
  ["Digit", digit],
  ["Graph", union([alnum, punct])],
  ["Lower", lower],
  ["Print", union([alnum, punct, anyOf(" ")])],
  ["Punct", punct],
  ["Space", space],
  ["Upper", upper],
  ["XDigit", union([digit, range(0x61, 0x66), range(0x41, 0x46)])],
]);

/** What `\p{…}` names: a class of POSIX, or a general category of Unicode, alone or after `Is`. Undefined for any other name. */
export function property(name: string): CharacterSet | undefined {
  const found = named.get(name);
  if (found !== undefined) return found;
  const category = /^(?:Is)?(L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?|C[cfo]?)$/.exec(name)?.[1];
  if (category === undefined) return undefined;
  const pattern = new RegExp(`^\\p{${category}}$`, "u");
  return (codePoint) => pattern.test(String.fromCodePoint(codePoint));
}

/** The set with the letters of the other case. Letters beyond ASCII only when `unicode`. */
export function ignoringCase(set: CharacterSet, unicode: boolean): CharacterSet {
  return (codePoint) => {
    if (set(codePoint)) return true;
    if (codePoint > 0x7f && !unicode) return false;
    const character = String.fromCodePoint(codePoint);
    return [character.toLowerCase(), character.toUpperCase(), character.toUpperCase().toLowerCase()].some((other) => {
      const code = other.codePointAt(0);
      return code !== undefined && String.fromCodePoint(code) === other && (unicode || code <= 0x7f) && set(code);
    });
  };
}
