/**
 * Columns as arrays: a column of a batch is one parameter, whatever the number of its rows.
 *
 * An array travels in one of two forms. Numbers, and texts in which nothing needs quoting, go as text, which is what
 * `JSON.stringify` makes of them but for the brackets: one call of the host's for a whole column. Everything else goes in
 * binary, where nothing is quoted: the number of dimensions, whether there are nulls, the elements' type, for the one
 * dimension its length and first index, then each element behind its length in bytes (-1 for null); big-endian.
 */
import type { ColumnType, SqlValue } from "../../table.ts";
import { encodeText } from "../stored-text.ts";

/** The element's name in a cast, and its number in PostgreSQL's catalogue. */
const elements: Readonly<Record<ColumnType, { readonly name: string; readonly oid: number }>> = {
  text: { name: "text", oid: 25 },
  json: { name: "text", oid: 25 },
  integer: { name: "bigint", oid: 20 },
  boolean: { name: "bigint", oid: 20 },
  real: { name: "double precision", oid: 701 },
  blob: { name: "bytea", oid: 17 },
};

/** Such as `bigint`. */
export function scalarTypeName(type: ColumnType): string {
  return elements[type].name;
}

/** Such as `bigint[]`. */
export function arrayTypeName(type: ColumnType): string {
  return `${elements[type].name}[]`;
}

const headerBytes = 20;
const lengthBytes = 4;

/**
 * The values of one column as a parameter for `arrayTypeName(type)`.
 * @throws RangeError when an integer is not a safe one
 */
export function encodeArray(type: ColumnType, values: readonly SqlValue[]): Buffer | string {
  switch (type) {
    case "text": {
      const text = JSON.stringify(values);
      // Quotes, control characters and lone surrogates have become escapes, which an array reads in another way.
      const isPlain = !text.includes("\\") && !text.includes("\ud7ff");
      return isPlain ? inBraces(text) : encodeTexts(values, encodeText);
    }
    case "json":
      // JSON.stringify has escaped what would not go through, and is full of quotes.
      return encodeTexts(values, undefined);
    case "integer":
    case "boolean":
      for (const value of values)
        if (value !== null && !Number.isSafeInteger(value))
          throw new RangeError(`${String(value)} is not a safe integer`);
      return inBraces(JSON.stringify(values));
    case "real":
      return encodeReals(values);
    case "blob":
      return encodeBytes(values);
  }
}

/** `[1,null]` as `{1,null}`. */
function inBraces(json: string): string {
  return `{${json.slice(1, -1)}}`;
}

function encodeTexts(values: readonly SqlValue[], encode: ((text: string) => string) | undefined): Buffer {
  const texts: (string | null)[] = [];
  // UTF-8 takes at most three bytes for a UTF-16 code unit; an exact count would be a pass of its own.
  let bytesMax = headerBytes;
  for (const value of values) {
    const text = value === null ? null : encode === undefined ? String(value) : encode(String(value));
    texts.push(text);
    bytesMax += lengthBytes + (text === null ? 0 : text.length * 3);
  }
  const buffer = Buffer.allocUnsafe(bytesMax);
  let place = headerBytes;
  let hasNull = false;
  for (const text of texts) {
    if (text === null) {
      hasNull = true;
      place = buffer.writeInt32BE(-1, place);
      continue;
    }
    const length = buffer.write(text, place + lengthBytes, "utf8");
    buffer.writeInt32BE(length, place);
    place += lengthBytes + length;
  }
  writeHeader(buffer, elements.text.oid, values.length, hasNull);
  return buffer.subarray(0, place);
}

function encodeReals(values: readonly SqlValue[]): Buffer {
  const buffer = Buffer.allocUnsafe(headerBytes + values.length * (lengthBytes + 8));
  let place = headerBytes;
  let hasNull = false;
  for (const value of values) {
    if (value === null) {
      hasNull = true;
      place = buffer.writeInt32BE(-1, place);
      continue;
    }
    place = buffer.writeInt32BE(8, place);
    place = buffer.writeDoubleBE(Number(value), place);
  }
  writeHeader(buffer, elements.real.oid, values.length, hasNull);
  return buffer.subarray(0, place);
}

function encodeBytes(values: readonly SqlValue[]): Buffer {
  const parts: Uint8Array[] = [Buffer.alloc(headerBytes)];
  let hasNull = false;
  for (const value of values) {
    const length = Buffer.alloc(lengthBytes);
    parts.push(length);
    if (value instanceof Uint8Array) {
      length.writeInt32BE(value.byteLength, 0);
      parts.push(value);
    } else {
      hasNull = true;
      length.writeInt32BE(-1, 0);
    }
  }
  const buffer = Buffer.concat(parts);
  writeHeader(buffer, elements.blob.oid, values.length, hasNull);
  return buffer;
}

function writeHeader(buffer: Buffer, elementOid: number, count: number, hasNull: boolean): void {
  buffer.writeInt32BE(1, 0);
  buffer.writeInt32BE(hasNull ? 1 : 0, 4);
  buffer.writeInt32BE(elementOid, 8);
  buffer.writeInt32BE(count, 12);
  buffer.writeInt32BE(1, 16);
}
