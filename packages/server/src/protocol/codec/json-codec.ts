/**
 * AWS JSON 1.0 and 1.1: shapes compiled once into functions that check and convert a parsed body, in place since nobody
 * else holds it, and functions that make an output fit for `JSON.stringify`, mostly
 * by finding that it is. Unknown members are dropped, null members count as absent, blobs are base64,
 * timestamps are seconds since the epoch with a millisecond fraction.
 */
import { isAscii, isUtf8 } from "node:buffer";
import type { ServiceError } from "../../kernel/service-error.ts";
import { shapeNamed } from "../model/model-table.ts";
import type { ModelTable, Shape } from "../model/model-table.ts";
import { dateOfSeconds, decodeBase64, encodeBase64, isInRange, serializationError } from "./scalars.ts";
import type { IntegerType } from "./scalars.ts";

export type Convert = (value: unknown) => unknown;

/** How often a recursive shape may hold itself; more would exhaust the stack. */
const recursionDepthMax = 500;

export interface ParsedBody {
  readonly value: unknown;
  /** See `Call`. */
  readonly hasPlainTexts: boolean;
}

/**
 * The value a body holds; an empty one holds no members.
 * @throws ServiceError SerializationException, without a text as AWS gives it, for what is no JSON object in UTF-8
 */
export function parseJsonBody(body: Buffer): ParsedBody {
  if (body.length === 0) return { value: {}, hasPlainTexts: true };
  const hasAsciiOnly = isAscii(body);
  if (!hasAsciiOnly && !isUtf8(body)) throw serializationError();
  const text = body.toString(hasAsciiOnly ? "latin1" : "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw serializationError();
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw serializationError();
  // JSON has other characters in its texts by an escape only.
  return { value, hasPlainTexts: hasAsciiOnly && !text.includes("\\") };
}

/** Compilers share their results, so that recursive shapes end. */
function shapeCompiler(
  table: ModelTable,
  compile: (shape: Shape, of: (name: string) => Convert) => Convert,
): (name: string) => Convert {
  const compiled = new Map<string, Convert>();
  const of = (name: string): Convert => {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    const shape = shapeNamed(table, name);
    // Only a shape that holds itself is reached through this one; every other is called directly.
    let depth = 0;
    let actual: Convert = (value) => value;
    compiled.set(name, (value) => {
      if (depth >= recursionDepthMax) throw serializationError("Input is nested too deeply");
      depth += 1;
      try {
        return actual(value);
      } finally {
        depth -= 1;
      }
    });
    actual = compile(shape, of);
    compiled.set(name, actual);
    return actual;
  };
  return of;
}

export function jsonDecoder(table: ModelTable): (shapeName: string) => Convert {
  return shapeCompiler(table, compileDecode);
}

function compileDecode(shape: Shape, of: (name: string) => Convert): Convert {
  switch (shape.type) {
    case "structure": {
      const members = new Map(Object.entries(shape.members).map(([name, { shape: target }]) => [name, of(target)]));
      return (value) => convertMembers(objectOf(value), members, undefined);
    }
    case "list": {
      const convert = of(shape.member.shape);
      return (value) => {
        if (!Array.isArray(value)) throw unexpected(value, "list");
        const items = value as unknown[];
        for (let index = 0; index < items.length; index += 1)
          if (items[index] !== null) items[index] = convert(items[index]);
        return items;
      };
    }
    case "map": {
      const convert = of(shape.value.shape);
      return (value) => convertMembers(objectOf(value), undefined, convert);
    }
    default:
      return decodeScalar(shape.type);
  }
}

/** Converts each member by its own function, or all by one; those without one, and null ones, are dropped. */
function convertMembers(
  members: Record<string, unknown>,
  converts: ReadonlyMap<string, Convert> | undefined,
  every: Convert | undefined,
): Record<string, unknown> {
  // An array of the names would be most of what this makes.
  for (const name in members) {
    const before = members[name];
    const convert = before === null ? undefined : (every ?? converts?.get(name));
    if (convert === undefined) delete members[name];
    else if (convert === decodeString && typeof before === "string") continue;
    else {
      const after = convert(before);
      // Most are as they should be; and `__proto__`, which JSON.parse makes a member like any other, cannot be assigned.
      if (after !== before) Object.defineProperty(members, name, { value: after, ...plainProperty });
    }
  }
  return members;
}

const decodeString: Convert = (value) => {
  if (typeof value !== "string") throw unexpected(value, "String");
  return value;
};

const plainProperty = { configurable: true, enumerable: true, writable: true };

function decodeScalar(type: Exclude<Shape["type"], "structure" | "list" | "map">): Convert {
  switch (type) {
    case "string":
    case "character":
      return decodeString;
    case "boolean":
      return (value) => {
        if (typeof value !== "boolean") throw unexpected(value, "Boolean");
        return value;
      };
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "bigInteger":
      return (value) => integer(value, type);
    case "float":
    case "double":
    case "bigDecimal":
      return (value) => {
        if (typeof value !== "number") throw unexpected(value, "Double");
        if (!Number.isFinite(value)) throw serializationError("Number is out of range for Double");
        return value;
      };
    case "blob":
      return (value) => {
        if (typeof value !== "string") throw unexpected(value, "ByteBuffer");
        return decodeBase64(value);
      };
    case "timestamp":
      return (value) => {
        if (typeof value !== "number") throw unexpected(value, "Timestamp");
        const date = dateOfSeconds(value);
        if (date === undefined) throw serializationError(`Number ${value} is out of range for Timestamp`);
        return date;
      };
    case "document":
      return (value) => value;
  }
}

const integerNames: Readonly<Record<IntegerType, string>> = {
  byte: "Byte",
  short: "Short",
  integer: "Integer",
  long: "Long",
  bigInteger: "BigInteger",
};

function integer(value: unknown, type: IntegerType): number {
  if (typeof value !== "number") throw unexpected(value, integerNames[type]);
  const whole = Math.trunc(value);
  if (!isInRange(whole, type)) throw serializationError(`Number ${value} is out of range for ${integerNames[type]}`);
  return whole;
}

function objectOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(value, "structure");
  return value as Record<string, unknown>;
}

function unexpected(value: unknown, wanted: string): ServiceError {
  if (Array.isArray(value)) return serializationError("Start of list found where not expected");
  if (typeof value === "object") return serializationError("Start of structure or map found where not expected.");
  if (wanted === "structure" || wanted === "list") return serializationError("Unexpected field type");
  const token =
    typeof value === "string" ? "STRING" : typeof value === "number" ? "NUMBER" : value === true ? "TRUE" : "FALSE";
  return serializationError(`${token}_VALUE can not be converted to a${an(wanted)} ${wanted}`);
}

function an(word: string): string {
  return /^[AEIO]/.test(word) ? "n" : "";
}

export function jsonEncoder(table: ModelTable): (shapeName: string) => Convert {
  return shapeCompiler(table, (shape, of) => {
    switch (shape.type) {
      case "structure": {
        const entries = Object.entries(shape.members);
        const members = {
          names: entries.map(([name]) => name),
          converts: entries.map(([, { shape: target }]) => of(target)),
        };
        const isNeverFit = entries.some(([, { shape: target }]) => neverFit.has(shapeNamed(table, target).type));
        return (value) => (isNeverFit ? copyStructure : encodeStructure)(value as Members, members);
      }
      case "list": {
        const convert = of(shape.member.shape);
        return convert === asItIs ? asItIs : (value) => encodeItems(value as readonly unknown[], convert);
      }
      case "map": {
        const convert = of(shape.value.shape);
        if (convert === asItIs) return asItIs;
        return (value) =>
          Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, convert(item)]));
      }
      case "blob":
        return (value) => encodeBase64(value as Uint8Array);
      case "timestamp":
        return (value) => (value as Date).getTime() / 1000;
      default:
        return asItIs;
    }
  });
}

const asItIs: Convert = (value) => value;

type Members = Readonly<Record<string, unknown>>;

/** In the order of the model, in which answers have their members. */
interface EncodedMembers {
  readonly names: readonly string[];
  readonly converts: readonly Convert[];
}

/** What no output holds as it is written. */
const neverFit: ReadonlySet<Shape["type"]> = new Set(["blob", "timestamp"]);

/** The same object when it is fit as it is: nearly all are, and need not be copied. */
function encodeStructure(source: Members, members: EncodedMembers): Members {
  const { names, converts } = members;
  let place = 0;
  for (const name in source) {
    // Members that are there stand in this order, so none is looked for twice; one that does not is not found.
    while (place < names.length && names[place] !== name) place += 1;
    const convert = converts[place];
    place += 1;
    if (convert === asItIs) continue;
    const before = source[name];
    const after = encodeMember(before, convert);
    if (convert !== undefined && after === before) continue;
    const known = Object.keys(source);
    const fit = known.slice(0, known.indexOf(name)).map((ready) => [ready, source[ready]] as const);
    return copyStructure(source, members, new Map(convert === undefined ? fit : [...fit, [name, after]]));
  }
  return source;
}

/** @param encoded the members that are ready */
function copyStructure(
  source: Members,
  { names, converts }: EncodedMembers,
  encoded?: ReadonlyMap<string, unknown>,
): Members {
  const result: Record<string, unknown> = {};
  for (const [place, name] of names.entries()) {
    const value = source[name];
    if (value !== undefined)
      result[name] = encoded?.has(name) === true ? encoded.get(name) : encodeMember(value, converts[place]);
  }
  return result;
}

function encodeMember(value: unknown, convert: Convert | undefined): unknown {
  return value === undefined || value === null ? value : convert?.(value);
}

/** The same list when all its items are fit as they are. */
function encodeItems(source: readonly unknown[], convert: Convert): readonly unknown[] {
  let result: unknown[] | undefined;
  for (let index = 0; index < source.length; index += 1) {
    const after = convert(source[index]);
    if (after !== source[index]) (result ??= [...source])[index] = after;
  }
  return result ?? source;
}
