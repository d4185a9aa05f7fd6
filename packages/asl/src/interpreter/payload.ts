/**
 * Sizes of payloads: how many bytes a value takes as compact JSON, and whether that is too many.
 */
import { isJsonArray } from "../json/value.ts";
import type { Json } from "../json/value.ts";
import { PAYLOAD_BYTES_MAX } from "./limits.ts";

/** Whether a JSON text is longer than a payload may be. Counts bytes only when the length alone does not tell. */
export function exceedsPayload(text: string): boolean {
  if (text.length > PAYLOAD_BYTES_MAX) return true;
  // A UTF-16 unit takes at most 3 bytes of UTF-8 (a surrogate pair takes 4 for its two units).
  if (text.length * 3 <= PAYLOAD_BYTES_MAX) return false;
  return utf8Length(text) > PAYLOAD_BYTES_MAX;
}

/**
 * Whether a value is certainly too large, found without writing it out. A small template can name the same large value
 * a thousand times; the value is shared in memory, but its text would be gigabytes. The walk stops at the limit.
 */
export function isOversized(value: Json): boolean {
  let size = 0;
  const pending: Json[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    size += 1;
    if (typeof next === "string") size += next.length + 1;
    else if (isJsonArray(next)) {
      if (size + next.length > PAYLOAD_BYTES_MAX) return true;
      for (const element of next) pending.push(element);
    } else if (typeof next === "object" && next !== null) {
      for (const key in next) {
        if (!Object.hasOwn(next, key)) continue;
        size += key.length + 3;
        pending.push(next[key] ?? null);
      }
    }
    if (size > PAYLOAD_BYTES_MAX) return true;
  }
  return false;
}

/** UTF-8 bytes of a text; a lone surrogate counts as the replacement character's 3. */
export function utf8Length(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) bytes += 1;
    else if (unit < 0x800) bytes += 2;
    else if (unit >= 0xd800 && unit <= 0xdbff && isLowSurrogate(text.charCodeAt(index + 1))) {
      bytes += 4;
      index++;
    } else bytes += 3;
  }
  return bytes;
}

function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit <= 0xdfff;
}
