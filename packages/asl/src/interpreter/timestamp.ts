/** Moments as AWS writes them in a definition: ISO-8601 extended offset date-time, `2016-03-14T01:59:00Z`. */

const PATTERN =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}:\d{2}(?::\d{2})?)$/;

/**
 * Milliseconds since the epoch, or undefined for text that is no such moment (30 February, hour 25).
 * A fraction finer than a millisecond counts up, so that a wait never ends early.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  if (hour === undefined || minute === undefined || second === undefined) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const offset = offsetMilliseconds(match[8] ?? "Z");
  if (offset === undefined) return undefined;
  const date = new Date(Date.UTC(2000, month - 1, day));
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const fraction = Math.ceil(Number(`0.${match[7] ?? "0"}`) * 1000);
  return date.getTime() + ((hour * 60 + minute) * 60 + second) * 1000 + fraction - offset;
}

/** How far local time is ahead of UTC; at most 18 hours, as ISO offsets are. */
function offsetMilliseconds(text: string): number | undefined {
  if (text === "Z") return 0;
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(1).split(":").map(Number);
  if (minutes > 59 || seconds > 59) return undefined;
  const total = (hours * 60 + minutes) * 60 + seconds;
  if (total > 18 * 3600) return undefined;
  return (text.startsWith("-") ? -total : total) * 1000;
}
