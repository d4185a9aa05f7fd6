/** `$fromMillis`: a moment as text, after a picture. */
import { Fault } from "../../errors.ts";
import type { Run } from "../../run.ts";
import { componentAt } from "./components.ts";
import { parseDatePicture } from "./date-picture.ts";
import type { Marker } from "./date-picture.ts";
import { formatWithPicture, parseIntegerPicture } from "./integer-picture.ts";

export const months = "January February March April May June July August September October November December".split(
  " ",
);
/** From 1, Monday. */
export const days = " Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(" ");

const isoPicture = parseDatePicture("[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]");

/** Until then JavaScript's own form is that of the picture. */
const endOfYear9999 = 253_402_300_800_000;

interface Zone {
  readonly hours: number;
  readonly minutes: number;
}

/**
 * @param zone as `+0100`
 * @throws Fault D3130 to D3135
 */
export function formatDate(millis: number, picture: string | undefined, zone: string | undefined, run: Run): string {
  if (picture === undefined && zone === undefined && millis >= 0 && millis < endOfYear9999)
    return new Date(millis).toISOString();
  const offset = zone === undefined ? 0 : Number.parseInt(zone, 10);
  const hours = Math.floor(offset / 100);
  const minutes = offset % 100;
  const date = new Date(millis + (hours * 60 + minutes) * 60_000);
  let result = "";
  for (const part of picture === undefined ? isoPicture : parseDatePicture(picture)) {
    result += part.kind === "literal" ? part.text : formatMarker(date, part, { hours, minutes }, run);
    run.text(result.length);
  }
  return result;
}

function formatMarker(date: Date, marker: Marker, zone: Zone, run: Run): string {
  const { component, names, integer } = marker;
  const value = componentAt(date, component);
  if (component === "Z" || component === "z") return formatZone(marker, zone, run);
  if (component === "P") return names === "upper" ? String(value).toUpperCase() : String(value);
  if (typeof value !== "number") return String(value);
  if (names !== undefined && component !== "f") return nameOf(value, marker);
  if (integer === undefined) return String(value);
  const isShort = component === "Y" && marker.digits !== undefined && marker.digits !== -1;
  return formatWithPicture(isShort ? value % 10 ** (marker.digits ?? 0) : value, integer, run);
}

function nameOf(value: number, { component, names, maxWidth }: Marker): string {
  const list = component === "M" || component === "x" ? months : component === "F" ? days : undefined;
  if (list === undefined) throw new Fault("D3133", { value: component });
  const name = list[list === months ? value - 1 : value] ?? "";
  const cased = names === "upper" ? name.toUpperCase() : names === "lower" ? name.toLowerCase() : name;
  return maxWidth !== undefined && cased.length > maxWidth ? cased.slice(0, maxWidth) : cased;
}

function formatZone({ component, integer, isTraditional }: Marker, { hours, minutes }: Zone, run: Run): string {
  const offset = hours * 100 + minutes;
  if (offset === 0 && isTraditional) return "Z";
  const digits = integer?.form === "decimal" ? integer.mandatoryDigits : 0;
  let text: string;
  if (integer === undefined) text = String(offset);
  else if ((integer.form === "decimal" && integer.regular !== undefined) || digits === 3 || digits === 4)
    text = formatWithPicture(offset, integer, run);
  else if (digits === 1 || digits === 2) {
    text = formatWithPicture(hours, integer, run);
    if (minutes !== 0) text += `:${formatWithPicture(minutes, parseIntegerPicture("00"), run)}`;
  } else throw new Fault("D3134", { value: digits });
  return (component === "z" ? "GMT" : "") + (offset >= 0 ? "+" : "") + text;
}
