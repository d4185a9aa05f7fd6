/** Numbers as words, letters and Roman numerals, and back. https://www.w3.org/TR/xpath-functions-31/#formatting-integers */

const small =
  "Zero One Two Three Four Five Six Seven Eight Nine Ten Eleven Twelve Thirteen Fourteen Fifteen Sixteen Seventeen Eighteen Nineteen".split(
    " ",
  );
const smallOrdinals =
  "Zeroth First Second Third Fourth Fifth Sixth Seventh Eighth Ninth Tenth Eleventh Twelfth Thirteenth Fourteenth Fifteenth Sixteenth Seventeenth Eighteenth Nineteenth".split(
    " ",
  );
const tens = "Twenty Thirty Forty Fifty Sixty Seventy Eighty Ninety".split(" ");
const magnitudes = ["Thousand", "Million", "Billion", "Trillion"];

/** @param number an integer, at least 0 */
export function toWords(number: number, isOrdinal: boolean): string {
  return words(number, false, isOrdinal);
}

/** @param follows whether larger words stand before */
function words(number: number, follows: boolean, isOrdinal: boolean): string {
  if (number <= 19) return (follows ? " and " : "") + ((isOrdinal ? smallOrdinals : small)[number] ?? "");
  if (number < 100) {
    const ten = (follows ? " and " : "") + (tens[Math.floor(number / 10) - 2] ?? "");
    const rest = number % 10;
    if (rest > 0) return `${ten}-${words(rest, false, isOrdinal)}`;
    return isOrdinal ? `${ten.slice(0, -1)}ieth` : ten;
  }
  const comma = follows ? ", " : "";
  const [unit, name] = number < 1_000 ? [100, "Hundred"] : magnitude(number);
  const count = Math.floor(number / unit);
  const rest = number - count * unit;
  const start = `${comma}${words(count, false, false)} ${name}`;
  if (rest > 0) return start + words(rest, true, isOrdinal);
  return isOrdinal ? `${start}th` : start;
}

function magnitude(number: number): [number, string] {
  const power = Math.min(Math.floor(Math.log10(number) / 3), magnitudes.length);
  return [10 ** (power * 3), magnitudes[power - 1] ?? ""];
}

/** What each word stands for, in lower case. */
export const wordValues: ReadonlyMap<string, number> = new Map([
  ...[small, smallOrdinals].flatMap((names) =>
    names.map((name, index): [string, number] => [name.toLowerCase(), index]),
  ),
  ...tens.flatMap((name, index): [string, number][] => [
    [name.toLowerCase(), (index + 2) * 10],
    [`${name.toLowerCase().slice(0, -1)}ieth`, (index + 2) * 10],
  ]),
  ["hundred", 100],
  ["hundredth", 100],
  ...magnitudes.flatMap((name, index): [string, number][] => [
    [name.toLowerCase(), 1_000 ** (index + 1)],
    [`${name.toLowerCase()}th`, 1_000 ** (index + 1)],
  ]),
]);

/** @param text in lower case. NaN for one with a word that stands for nothing */
export function fromWords(text: string): number {
  const sums = [0];
  for (const word of text.split(/,\s|\sand\s|[\s\\-]/)) {
    const value = wordValues.get(word) ?? Number.NaN;
    const last = sums.pop() ?? 0;
    if (!(value < 100)) sums.push(last * value);
    else if (last >= 1_000) sums.push(last, value);
    else sums.push(last + value);
  }
  return sums.reduce((first, second) => first + second, 0);
}

const numerals: readonly (readonly [number, string])[] = [
  [1_000, "m"],
  [900, "cm"],
  [500, "d"],
  [400, "cd"],
  [100, "c"],
  [90, "xc"],
  [50, "l"],
  [40, "xl"],
  [10, "x"],
  [9, "ix"],
  [5, "v"],
  [4, "iv"],
  [1, "i"],
];

/** In lower case. Its length is about a thousandth of the number. */
export function toRoman(number: number): string {
  let rest = number;
  let result = "";
  for (const [value, letters] of numerals) {
    const count = Math.floor(rest / value);
    result += letters.repeat(count);
    rest -= count * value;
  }
  return result;
}

const romanValues: Readonly<Record<string, number>> = { M: 1_000, D: 500, C: 100, L: 50, X: 10, V: 5, I: 1 };

/** @param text in upper case. NaN for one with other letters */
export function fromRoman(text: string): number {
  let result = 0;
  let largest = 1;
  for (const letter of [...text].toReversed()) {
    const value = romanValues[letter] ?? Number.NaN;
    if (value < largest) result -= value;
    else {
      largest = value;
      result += value;
    }
  }
  return result;
}

/** a, b … z, aa, ab … @param first the letter for 1 */
export function toLetters(number: number, first: string): string {
  let result = "";
  for (let rest = number; rest > 0; rest = Math.floor((rest - 1) / 26))
    result = String.fromCharCode(((rest - 1) % 26) + first.charCodeAt(0)) + result;
  return result;
}

export function fromLetters(text: string, first: string): number {
  let result = 0;
  for (let index = 0; index < text.length; index += 1)
    result += (text.charCodeAt(text.length - index - 1) - first.charCodeAt(0) + 1) * 26 ** index;
  return result;
}
