/** What the components of a picture stand for at a moment, in UTC. Weeks are those of ISO 8601. */

const dayMillis = 86_400_000;
const weekMillis = 7 * dayMillis;

/** The value of a component; undefined for a time zone, which a moment does not have. */
export function componentAt(date: Date, component: string): number | string | undefined {
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  switch (component) {
    case "Y":
      return year;
    case "M":
      return month + 1;
    case "D":
      return date.getUTCDate();
    case "d":
      return (midnight(date) - Date.UTC(year, 0)) / dayMillis + 1;
    case "F":
      return date.getUTCDay() || 7;
    case "W":
      return weekOf(date, 52, startOfFirstWeek(year, 0), startOfFirstWeek(year + 1, 0), startOfFirstWeek(year - 1, 0));
    case "w":
      return weekOf(
        date,
        4,
        startOfFirstWeek(year, month),
        startOfFirstWeek(year, month + 1),
        startOfFirstWeek(year, month - 1),
      );
    case "X":
      if (date.getTime() < startOfFirstWeek(year, 0)) return year - 1;
      return date.getTime() >= startOfFirstWeek(year + 1, 0) ? year + 1 : year;
    case "x":
      if (date.getTime() < startOfFirstWeek(year, month)) return ((month + 11) % 12) + 1;
      return date.getTime() >= startOfFirstWeek(year, month + 1) ? ((month + 1) % 12) + 1 : month + 1;
    case "H":
      return date.getUTCHours();
    case "h":
      return date.getUTCHours() % 12 || 12;
    case "P":
      return date.getUTCHours() >= 12 ? "pm" : "am";
    case "m":
      return date.getUTCMinutes();
    case "s":
      return date.getUTCSeconds();
    case "f":
      return date.getUTCMilliseconds();
    case "C":
    case "E":
      return "ISO";
    default:
      return undefined;
  }
}

function midnight(date: Date): number {
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate());
}

/** The Monday of the first week that has most of its days in the year or month. */
function startOfFirstWeek(year: number, month: number): number {
  const first = Date.UTC(year, month);
  const day = new Date(first).getUTCDay() || 7;
  return day > 4 ? first + (8 - day) * dayMillis : first - (day - 1) * dayMillis;
}

/** The week within a year or month, of which it has at least `most` and perhaps one more; a day can belong to the next one or the one before. */
function weekOf(date: Date, most: number, start: number, next: number, previous: number): number {
  const today = midnight(date);
  const week = (today - start) / weekMillis + 1;
  if (week > most && today >= next) return 1;
  return Math.floor(week < 1 ? (today - previous) / weekMillis + 1 : week);
}
