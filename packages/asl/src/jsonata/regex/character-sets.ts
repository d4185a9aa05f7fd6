/** Sets of UTF-16 code units, as JavaScript's regular expressions without the flag `u` see characters. */

export type CharacterSet = (code: number) => boolean;

export function range(first: number, last: number): CharacterSet {
  return (code) => code >= first && code <= last;
}

export function not(set: CharacterSet): CharacterSet {
  return (code) => !set(code);
}

export function union(sets: readonly CharacterSet[]): CharacterSet {
  return (code) => sets.some((set) => set(code));
}

export const isDigit: CharacterSet = range(0x30, 0x39);

export const isWord: CharacterSet = (code) =>
  (code >= 0x61 && code <= 0x7a) || (code >= 0x41 && code <= 0x5a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;

export const isLineEnd: CharacterSet = (code) => code === 0x0a || code === 0x0d || code === 0x2028 || code === 0x2029;

export const isSpace: CharacterSet = (code) =>
  (code >= 0x09 && code <= 0x0d) ||
  code === 0x20 ||
  code === 0xa0 ||
  code === 0x16_80 ||
  (code >= 0x20_00 && code <= 0x20_0a) ||
  code === 0x20_28 ||
  code === 0x20_29 ||
  code === 0x20_2f ||
  code === 0x20_5f ||
  code === 0x30_00 ||
  code === 0xfe_ff;

/** What a character counts as when case is ignored (ECMA-262, Canonicalize). */
export function canonical(code: number): number {
  if (code < 0x80) return code >= 0x61 && code <= 0x7a ? code - 32 : code;
  const upper = String.fromCharCode(code).toUpperCase();
  const result = upper.length === 1 ? upper.charCodeAt(0) : code;
  return result < 0x80 ? code : result;
}

/** The set with all that counts as the same when case is ignored. */
export function ignoringCase(set: CharacterSet): CharacterSet {
  return (code) => {
    if (set(code)) return true;
    const upper = canonical(code);
    if (set(upper)) return true;
    const lower = String.fromCharCode(upper).toLowerCase();
    return lower.length === 1 && set(lower.charCodeAt(0));
  };
}
