/** Timestamps of the language: RFC 3339 with an upper-case `T` and a `Z` or an offset. */
const form = /^\d{4}-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since the epoch with a fraction; undefined when the text is no timestamp. */
export function instant(text: string): number | undefined {
  const match = form.exec(text);
  if (match === null) return undefined;
  const [, , day, , , , fraction = ""] = match;
  const whole = Date.parse(text.replace(fraction, ""));
  // Date.parse takes the 31st of every month for a day; its own fields do not.
  if (Number.isNaN(whole) || Number(day) > daysIn(Number(text.slice(0, 4)), Number(match[1]))) return undefined;
  return whole + Number(`0${fraction || ".0"}`) * 1000;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}
