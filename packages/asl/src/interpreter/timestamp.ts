/**
 * Moments as a definition and its inputs write them: the RFC 3339 profile of the states language, with an upper-case `T`
 * and an upper-case `Z` or a numeric offset, `2016-03-14T01:59:00Z`.
 */

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(?:Z|([+-])(\d\d):(\d\d))$/;

/**
 * Milliseconds since the epoch, or undefined for text that is no such moment (30 February, hour 25).
 * A fraction finer than a millisecond counts up, so that a wait never ends early.
 */
export function parseTimestamp(text: string): number | undefined {
  const match = FORM.exec(text);
  if (match === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const [fraction = "0", sign = "+", offsetHour = "0", offsetMinute = "0"] = match.slice(7);
  if (hour > 23 || minute > 59 || second > 59 || Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const offsetMinutes = (sign === "-" ? -1 : 1) * (Number(offsetHour) * 60 + Number(offsetMinute));
  const seconds = (hour * 60 + minute - offsetMinutes) * 60 + second;
  return date.getTime() + seconds * 1000 + Math.ceil(Number(`0.${fraction}`) * 1000);
}
