/** https://docs.jsonata.org/string-functions, those without patterns */
import { Fault } from "../errors.ts";
import { toText } from "../evaluate/text.ts";
import { isArray, isFunction } from "../value.ts";
import type { Value } from "../value.ts";
import { Builtin, numeric, text } from "./builtin.ts";
import type { Library } from "./builtin.ts";

const surrogates = /[\ud800-\udfff]/;

/** A function of one text. */
function ofText(act: (subject: string) => Value): Builtin {
  return new Builtin("<s-:s>", 1, ([subject]) => (typeof subject === "string" ? act(subject) : undefined));
}

/** A function of URLs that JavaScript has as well; it fails for a lone surrogate or a wrong escape. */
function ofUrl(functionName: string, act: (subject: string) => string): Builtin {
  return ofText((subject) => {
    try {
      return act(subject);
    } catch {
      throw new Fault("D3140", { value: subject, functionName });
    }
  });
}

export const stringFunctions: Library = {
  string: new Builtin("<x-b?:s>", 1, ([value, prettify], run) => {
    if (value === undefined) return undefined;
    const result = isFunction(value) ? "" : toText(value, run, prettify === true);
    run.text(result.length);
    return result;
  }),
  length: new Builtin("<s-:n>", 1, ([subject]) => (typeof subject === "string" ? lengthOf(subject) : undefined)),
  substring: new Builtin("<s-nn?:s>", 3, ([subject, from, count]) => {
    if (typeof subject !== "string") return undefined;
    // From nowhere on, there is nothing of a length.
    if (from === undefined && count !== undefined) return "";
    return substring(subject, numeric(from) ?? 0, numeric(count));
  }),
  substringBefore: new Builtin("<s-s:s>", 2, ([subject, sought]) => {
    if (typeof subject !== "string") return undefined;
    const at = subject.indexOf(text(sought) ?? "undefined");
    return at < 0 ? subject : subject.slice(0, at);
  }),
  substringAfter: new Builtin("<s-s:s>", 2, ([subject, sought]) => {
    if (typeof subject !== "string") return undefined;
    const separator = text(sought) ?? "undefined";
    const at = subject.indexOf(separator);
    return at < 0 ? subject : subject.slice(at + separator.length);
  }),
  lowercase: ofText((subject) => subject.toLowerCase()),
  uppercase: ofText((subject) => subject.toUpperCase()),
  trim: ofText((subject) =>
    subject
      .replaceAll(/[ \t\n\r]+/g, " ")
      .replace(/^ /, "")
      .replace(/ $/, ""),
  ),
  pad: new Builtin("<s-ns?:s>", 3, ([subject, width, filler], run) => {
    if (typeof subject !== "string") return undefined;
    const size = numeric(width) ?? 0;
    const missing = Math.floor(Math.abs(size) - lengthOf(subject));
    if (!(missing > 0)) return subject;
    const unit = text(filler) || " ";
    run.text(missing + subject.length);
    const padding = [...unit.repeat(Math.ceil(missing / lengthOf(unit)))].slice(0, missing).join("");
    return size > 0 ? subject + padding : padding + subject;
  }),
  join: new Builtin("<a<s>s?:s>", 2, ([parts, separator], run) => {
    if (!isArray(parts)) return undefined;
    const texts = parts.map((part) => text(part) ?? "");
    const between = text(separator) ?? "";
    let length = 0;
    for (const part of texts) length += part.length + between.length;
    run.text(length);
    return texts.join(between);
  }),
  base64encode: ofText((subject) => btoa(surrogatesMasked(subject))),
  base64decode: ofText(decodeBase64),
  encodeUrlComponent: ofUrl("encodeUrlComponent", encodeURIComponent),
  encodeUrl: ofUrl("encodeUrl", encodeURI),
  decodeUrlComponent: ofUrl("decodeUrlComponent", decodeURIComponent),
  decodeUrl: ofUrl("decodeUrl", decodeURI),
  number: new Builtin("<(nsb)-:n>", 1, ([value]) => toNumber(value)),
};

function lengthOf(subject: string): number {
  if (!surrogates.test(subject)) return subject.length;
  let count = 0;
  for (const _ of subject) count += 1;
  return count;
}

function substring(subject: string, from: number, count: number | undefined): string {
  const characters = surrogates.test(subject) ? [...subject] : undefined;
  const { length } = characters ?? subject;
  const start = length + from < 0 ? 0 : from;
  if (count !== undefined && count <= 0) return "";
  const end = count === undefined ? undefined : start >= 0 ? start + count : length + start + count;
  return characters === undefined ? subject.slice(start, end) : characters.slice(start, end).join("");
}

/** JSONata encodes the low byte of each character. */
function surrogatesMasked(subject: string): string {
  return subject.replaceAll(/[^\0-\xff]/g, (character) => String.fromCharCode(character.charCodeAt(0) & 0xff));
}

const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Leaves out what is not Base64, knows the alphabet of URLs as well, and ends at the first `=`, as Node's `Buffer` does. */
function decodeBase64(encoded: string): string {
  let result = "";
  let bits = 0;
  let count = 0;
  for (const character of encoded) {
    if (character === "=") break;
    const value = alphabet.indexOf(character === "-" ? "+" : character === "_" ? "/" : character);
    if (value < 0) continue;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    result += String.fromCharCode((bits >> count) & 0xff);
  }
  return result;
}

const decimal = /^-?[0-9]+(?:\.[0-9]+)?(?:[Ee][-+]?[0-9]+)?$/;
const radix = /^0[xX][0-9A-Fa-f]+|0[oO][0-7]+|0[bB][0-1]+$/;

function toNumber(value: Value): Value {
  if (value === undefined || typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  if (typeof value === "string") {
    const number = Number(value);
    if (decimal.test(value) && Number.isFinite(number)) return number;
    if (!decimal.test(value) && radix.test(value)) return number;
  }
  throw new Fault("D3030", { value, index: 1 });
}
