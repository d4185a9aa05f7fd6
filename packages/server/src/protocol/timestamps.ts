/**
 * Timestamps in the three forms AWS's wires know. The default depends on the protocol: epoch seconds with a
 * millisecond fraction in JSON, ISO 8601 in XML, RFC 822 in HTTP headers; a model may say otherwise per member.
 */
import type { TimestampFormat } from "./model/model-table.ts";

const EPOCH_SECONDS_MAX = 8_640_000_000_000;
const ISO_8601 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})$/;
const RFC_822 = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}(?:\.\d{1,3})? GMT$/;
const EPOCH_SECONDS = /^-?\d{1,14}(?:\.\d{1,9})?$/;

/** Epoch seconds to the millisecond; fraction only when there is one. */
export function toEpochSeconds(date: Date): number {
  const milliseconds = date.getTime();
  if (Number.isNaN(milliseconds)) throw new Error("Invalid date in an output");
  return milliseconds / 1000;
}

export function formatTimestamp(date: Date, format: TimestampFormat): string {
  switch (format) {
    case "unixTimestamp":
      return String(toEpochSeconds(date));
    case "iso8601":
      return date.toISOString().replace(".000Z", "Z");
    case "rfc822":
      return date.toUTCString();
  }
}

/** Undefined when out of the range a Date can hold. */
export function fromEpochSeconds(seconds: number): Date | undefined {
  return Math.abs(seconds) <= EPOCH_SECONDS_MAX ? new Date(Math.round(seconds * 1000)) : undefined;
}

/** A timestamp in text, whichever of the three forms it has; undefined when it has none. */
export function parseTimestamp(text: string): Date | undefined {
  if (EPOCH_SECONDS.test(text)) return fromEpochSeconds(Number(text));
  if (!ISO_8601.test(text) && !RFC_822.test(text)) return undefined;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? undefined : date;
}
