/** What the codecs share about single values: integer ranges, base64 and timestamps. */
import { ServiceError } from "../../kernel/service-error.ts";
import type { ScalarType } from "../model/model-table.ts";

export type IntegerType = Extract<ScalarType, "byte" | "short" | "integer" | "long" | "bigInteger">;

export function serializationError(message?: string): ServiceError {
  return new ServiceError("SerializationException", message ?? "");
}

/** Largest value of each integer type; the smallest is one below its negative. */
const integerMax: Readonly<Record<IntegerType, number>> = {
  byte: 127,
  short: 32_767,
  integer: 2_147_483_647,
  long: 2 ** 63,
  bigInteger: Number.MAX_VALUE,
};

/** @param whole a number without a fraction; not a number and infinities are in no range */
export function isInRange(whole: number, type: IntegerType): boolean {
  const max = integerMax[type];
  return whole <= max && whole >= -max - 1;
}

const base64Text = /^[A-Za-z0-9+/]*={0,2}$/;

/**
 * Base64 as a client must write it; anything else would be stored as something the client did not send.
 * @throws ServiceError SerializationException
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !base64Text.test(text)) throw serializationError("Invalid base64 in a binary value");
  return Buffer.from(text, "base64");
}

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}

/** Undefined for what no `Date` can hold. */
export function dateOfSeconds(seconds: number): Date | undefined {
  return validDate(new Date(Math.round(seconds * 1000)));
}

const iso8601 = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d([.,]\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?$/;

/** A timestamp in the ISO 8601 forms clients write (UTC where it names no zone); undefined for any other text. */
export function dateOfIso8601(text: string): Date | undefined {
  if (!iso8601.test(text)) return undefined;
  const isZoned = !text.includes("T") || /(Z|[+-]\d\d:?\d\d)$/.test(text);
  return validDate(new Date(isZoned ? text : `${text}Z`));
}

function validDate(date: Date): Date | undefined {
  return Number.isNaN(date.getTime()) ? undefined : date;
}
