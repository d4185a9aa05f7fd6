/** Timestamps as the states language writes them. */

const FORM = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:Z|[+-](\d\d):(\d\d))$/;

/**
 * Whether `text` is a timestamp of the RFC 3339 profile that the states language asks for: an upper-case `T` between
 * date and time, and an upper-case `Z` or a numeric offset at the end. The date must exist.
 */
export function isTimestamp(text: string): boolean {
  const parts = FORM.exec(text)?.slice(1).map(Number);
  if (!parts) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] = parts;
  const inDay = hour <= 23 && minute <= 59 && second <= 59;
  // An absent offset group is NaN here, which is not beyond any bound.
  const inOffset = !(offsetHour > 23) && !(offsetMinute > 59);
  return month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && inDay && inOffset;
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}
