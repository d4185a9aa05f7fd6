/**
 * Timestamps as definitions and their inputs write them: the RFC 3339 profile of the states language, with an upper-case
 * `T` between date and time, and an upper-case `Z` or a numeric offset at the end: `2016-03-14T01:59:00Z`. The date must
 * exist; a fraction has at most nine digits, as in Java, whose date-times Step Functions names in its errors.
 *
 * One grammar for all places: the `Timestamp` of a Wait (and what its `TimestampPath` names), and both sides of a
 * comparison.
 * https://states-language.net/spec.html#timestamps
 */
const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(?:Z|([+-])(\d\d):(\d\d))$/;

/** Nanoseconds since the epoch, exact; undefined for text that is no timestamp (30 February, hour 24). */
export function parseTimestamp(text: string): bigint | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [fraction = "", sign = "+", offsetHour = "0", offsetMinute = "0"] = match.slice(7);
  if (hour > 23 || minute > 59 || second > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offsetMinutes = (sign === "-" ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const seconds = date.getTime() / 1000 + (hour * 60 + minute - offsetMinutes) * 60 + second;
  return BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, "0"));
}

export function isTimestamp(text: string): boolean {
  return parseTimestamp(text) !== undefined;
}
