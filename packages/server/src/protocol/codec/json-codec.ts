/**
 * AWS JSON 1.0 and 1.1: shapes compiled once into functions that check and convert a parsed body, and functions that
 * make an output fit for `JSON.stringify`. Unknown members are dropped, null members count as absent, blobs are base64,
 * timestamps are seconds since the epoch with a millisecond fraction.
 */
import { ServiceError } from "../../kernel/service-error.ts";
import { shapeNamed } from "../model/model-table.ts";
import type { ModelTable, Shape } from "../model/model-table.ts";

export type Convert = (value: unknown) => unknown;

export function serializationError(message?: string): ServiceError {
  return new ServiceError("SerializationException", message ?? "");
}

/** Compilers share their results, so that recursive shapes end. */
export function shapeCompiler(
  table: ModelTable,
  compile: (shape: Shape, of: (name: string) => Convert) => Convert,
): (name: string) => Convert {
  const compiled = new Map<string, Convert>();
  const of = (name: string): Convert => {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    // A recursive shape meets itself while it is compiled; its values come only afterwards.
    compiled.set(name, (value) => actual(value));
    const actual = compile(shapeNamed(table, name), of);
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
      const members = Object.entries(shape.members).map(([name, { shape: target }]) => [name, of(target)] as const);
      return (value) => {
        const source = objectOf(value);
        const result: Record<string, unknown> = {};
        for (const [name, convert] of members) {
          const member = Object.hasOwn(source, name) ? source[name] : undefined;
          if (member !== undefined && member !== null) result[name] = convert(member);
        }
        return result;
      };
    }
    case "list": {
      const convert = of(shape.member.shape);
      return (value) => {
        if (!Array.isArray(value)) throw unexpected(value, "list");
        return value.map((item: unknown) => (item === null ? null : convert(item)));
      };
    }
    case "map": {
      const convert = of(shape.value.shape);
      return (value) => {
        const entries = Object.entries(objectOf(value)).filter(([, item]) => item !== null);
        return Object.fromEntries(entries.map(([key, item]) => [key, convert(item)]));
      };
    }
    default:
      return decodeScalar(shape.type);
  }
}

function decodeScalar(type: Exclude<Shape["type"], "structure" | "list" | "map">): Convert {
  switch (type) {
    case "string":
    case "character":
      return (value) => {
        if (typeof value !== "string") throw unexpected(value, "String");
        return value;
      };
    case "boolean":
      return (value) => {
        if (typeof value !== "boolean") throw unexpected(value, "Boolean");
        return value;
      };
    case "byte":
    case "short":
    case "integer":
      return (value) => integer(value, "Integer", type === "integer" ? 2_147_483_647 : type === "short" ? 32_767 : 127);
    case "long":
    case "bigInteger":
      return (value) => integer(value, "Long", Number.MAX_VALUE);
    case "float":
    case "double":
    case "bigDecimal":
      return (value) => {
        if (typeof value !== "number") throw unexpected(value, "Double");
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
        return new Date(Math.round(value * 1000));
      };
    case "document":
      return (value) => value;
  }
}

function integer(value: unknown, type: string, max: number): number {
  if (typeof value !== "number") throw unexpected(value, type);
  const whole = Math.trunc(value);
  if (whole > max || whole < -max - 1) throw serializationError(`Number ${value} is out of range for ${type}`);
  return whole;
}

/** Base64 as a client must write it; anything else would be stored as something the client did not send. */
export function decodeBase64(text: string): Uint8Array {
  const bytes = Buffer.from(text, "base64");
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4 !== 0)
    throw serializationError("Invalid base64 in a binary value");
  return bytes;
}

function objectOf(value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw unexpected(value, "structure");
  return value as Readonly<Record<string, unknown>>;
}

function unexpected(value: unknown, wanted: string): ServiceError {
  if (Array.isArray(value)) return serializationError("Start of list found where not expected");
  switch (typeof value) {
    case "object":
      return serializationError("Start of structure or map found where not expected.");
    case "string":
      return serializationError(
        wanted === "structure" || wanted === "list"
          ? "Unexpected field type"
          : `STRING_VALUE can not be converted to a${an(wanted)} ${wanted}`,
      );
    case "number":
      return serializationError(
        wanted === "structure" || wanted === "list"
          ? "Unexpected field type"
          : `NUMBER_VALUE can not be converted to a${an(wanted)} ${wanted}`,
      );
    case "boolean":
      return serializationError(
        wanted === "structure" || wanted === "list"
          ? "Unexpected field type"
          : `${value ? "TRUE" : "FALSE"}_VALUE can not be converted to a${an(wanted)} ${wanted}`,
      );
    default:
      return serializationError("Unexpected field type");
  }
}

function an(word: string): string {
  return /^[AEIO]/.test(word) ? "n" : "";
}

export function jsonEncoder(table: ModelTable): (shapeName: string) => Convert {
  return shapeCompiler(table, (shape, of) => {
    switch (shape.type) {
      case "structure": {
        const members = Object.entries(shape.members).map(([name, { shape: target }]) => [name, of(target)] as const);
        return (value) => {
          const source = value as Readonly<Record<string, unknown>>;
          const result: Record<string, unknown> = {};
          for (const [name, convert] of members) {
            const member = source[name];
            if (member !== undefined) result[name] = member === null ? null : convert(member);
          }
          return result;
        };
      }
      case "list": {
        const convert = of(shape.member.shape);
        return (value) => (value as readonly unknown[]).map((item) => convert(item));
      }
      case "map": {
        const convert = of(shape.value.shape);
        return (value) =>
          Object.fromEntries(Object.entries(value as object).map(([key, item]) => [key, convert(item)]));
      }
      case "blob":
        return (value) => Buffer.from(value as Uint8Array).toString("base64");
      case "timestamp":
        return (value) => (value as Date).getTime() / 1000;
      default:
        return (value) => value;
    }
  });
}
