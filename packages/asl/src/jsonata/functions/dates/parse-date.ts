/**
 * `$toMillis`: text as a moment, after a picture or as ISO 8601. A picture becomes a regular expression with one group for each
 * part, and a reader for each group. `$parseInteger` uses the same readers.
 */
import { Fault } from "../../errors.ts";
import { compileRegex } from "../../regex/regex.ts";
import type { Run } from "../../run.ts";
import { componentAt } from "./components.ts";
import { parseDatePicture } from "./date-picture.ts";
import type { Marker, PicturePart } from "./date-picture.ts";
import { days, months } from "./format-date.ts";
import type { IntegerPicture, Separator } from "./integer-picture.ts";
import { fromLetters, fromRoman, fromWords, wordValues } from "./words.ts";

interface Reader {
  readonly pattern: string;
  readonly read: (text: string) => number | undefined;
}

/** Milliseconds since the epoch; undefined for text that does not match. @throws Fault D3130 to D3136 */
export function parseDate(text: string, picture: string, run: Run): number | undefined {
  const parts = parseDatePicture(picture);
  const readers = parts.map(readerOf);
  const regex = compileRegex(`^${readers.map((reader) => `(${reader.pattern})`).join("")}$`, "i");
  const found = regex.matcher(text, (steps) => run.spend(steps)).next(0);
  if (found === undefined) return undefined;
  const components = new Map<string, number | undefined>();
  for (const [index, part] of parts.entries()) {
    if (part.kind === "marker") components.set(part.component, readers[index]?.read(found.groups[index] ?? ""));
  }
  return components.size === 0 ? undefined : toMillis(components, run);
}

function readerOf(part: PicturePart): Reader {
  if (part.kind === "literal")
    return { pattern: part.text.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"), read: () => undefined };
  if (part.component === "Z" || part.component === "z") return zoneReader(part);
  return part.integer === undefined ? nameReader(part) : integerReader(part.integer, part.digits);
}

function zoneReader({ component, integer }: Marker): Reader {
  const separator = integer?.form === "decimal" ? integer.regular?.character : undefined;
  const prefix = component === "z" ? "GMT" : "";
  return {
    pattern: `${prefix}[-+][0-9]+${separator === undefined ? "" : `${separator}[0-9]+`}`,
    read: (text) => {
      const offset = text.slice(prefix.length);
      const at = separator === undefined ? (offset.length <= 3 ? offset.length : 3) : offset.indexOf(separator);
      const minutes = offset.slice(separator === undefined ? at : at + 1);
      return Number.parseInt(offset.slice(0, at), 10) * 60 + (minutes === "" ? 0 : Number.parseInt(minutes, 10));
    },
  };
}

function nameReader({ component, maxWidth }: Marker): Reader {
  const values = new Map<string, number>();
  const names = component === "M" || component === "x" ? months : component === "F" ? days.slice(1) : undefined;
  if (names !== undefined)
    for (const [index, name] of names.entries()) values.set(name.slice(0, maxWidth || undefined), index + 1);
  else if (component === "P")
    for (const [name, value] of [
      ["am", 0],
      ["AM", 0],
      ["pm", 1],
      ["PM", 1],
    ] as const)
      values.set(name, value);
  else throw new Fault("D3133", { value: component });
  return { pattern: "[a-zA-Z]+", read: (text) => values.get(text) };
}

/** Reads an integer as the picture presents it. @throws Fault D3130 */
export function integerReader(picture: IntegerPicture, digits?: number): Reader {
  const isUpper = picture.letterCase === "upper";
  switch (picture.form) {
    case "letters":
      return { pattern: isUpper ? "[A-Z]+" : "[a-z]+", read: (text) => fromLetters(text, isUpper ? "A" : "a") };
    case "roman":
      return {
        pattern: isUpper ? "[MDCLXVI]+" : "[mdclxvi]+",
        read: (text) => fromRoman(isUpper ? text : text.toUpperCase()),
      };
    case "words":
      return {
        pattern: `(?:${[...wordValues.keys(), "and", "[\\-, ]"].join("|")})+`,
        read: (text) => fromWords(text.toLowerCase()),
      };
    case "decimal": {
      const { isOrdinal, zero, separators, regular, optionalDigits } = picture;
      const most = digits !== undefined && digits > 0 ? digits : 0;
      const count = most === 0 ? "+" : `{${Math.max(0, most - optionalDigits)},${most}}`;
      return {
        pattern: `[0-9]${count}${isOrdinal ? "(?:th|st|nd|rd)" : ""}`,
        read: (text) =>
          readDigits(isOrdinal ? text.slice(0, -2) : text, zero, regular === undefined ? separators : [comma]),
      };
    }
    case "sequence":
      throw new Fault("D3130", { value: picture.token });
  }
}

const comma: Separator = { position: 0, character: "," };

function readDigits(text: string, zero: number, separators: readonly Separator[]): number {
  let digits = text;
  for (const { character } of separators) digits = digits.replaceAll(character, "");
  if (zero !== 0x30)
    digits = digits.replaceAll(/./gs, (digit) =>
      String.fromCodePoint(Math.max(0, (digit.codePointAt(0) ?? 0) - zero + 0x30)),
    );
  return Number.parseInt(digits, 10);
}

/**
 * The components that say which day, or which time of day: by year, month and day, by day of the year, or by week; by 24 hours
 * or by half a day. The first combination that what was read belongs to wins.
 */
function toMillis(components: Map<string, number | undefined>, run: Run): number {
  const given = (names: string): boolean => [...names].some((name) => Boolean(components.get(name)));
  const only = (names: string, all: string): boolean =>
    given(names) && ![...all].some((name) => !names.includes(name) && Boolean(components.get(name)));
  const all = "YXMxWwdD";
  const byDate = only("YMD", all);
  const byDay = !byDate && only("Yd", all);
  const byMonthWeek = only("Xxw", all);
  const byWeek = !byMonthWeek && only("XW", all);
  const by24Hours = only("Hmsf", "PHhmsf");
  const byHalfDay = !by24Hours && only("Phmsf", "PHhmsf");
  const order = (byDay ? "YD" : byMonthWeek ? "XxwF" : byWeek ? "XWF" : "YMD") + (byHalfDay ? "Phmsf" : "Hmsf");
  complete(components, order, run);
  if (byMonthWeek || byWeek) throw new Fault("D3136");
  return assemble(components, byDay, byHalfDay);
}

/** What is missing at the start is that of now, what is missing at the end its least; nothing may be missing in between. */
function complete(components: Map<string, number | undefined>, order: string, run: Run): void {
  const now = new Date(run.host.now);
  let hasStarted = false;
  let hasEnded = false;
  for (const name of order) {
    if (components.get(name) === undefined) {
      if (hasStarted) {
        components.set(name, "MDd".includes(name) ? 1 : 0);
        hasEnded = true;
      } else components.set(name, Number(componentAt(now, name)));
    } else {
      hasStarted = true;
      if (hasEnded) throw new Fault("D3136");
    }
  }
}

function assemble(components: ReadonlyMap<string, number | undefined>, byDay: boolean, byHalfDay: boolean): number {
  const value = (name: string): number => components.get(name) ?? 0;
  const year = value("Y");
  let month = value("M") > 0 ? value("M") - 1 : 0;
  let day = value("D");
  if (byDay) {
    const date = new Date(Date.UTC(year, 0) + (value("d") - 1) * 86_400_000);
    month = date.getUTCMonth();
    day = date.getUTCDate();
  }
  const half = (value("h") === 12 ? 0 : value("h")) + (value("P") === 1 ? 12 : 0);
  const millis = Date.UTC(year, month, day, byHalfDay ? half : value("H"), value("m"), value("s"), value("f"));
  return millis - (components.get("Z") || value("z")) * 60_000;
}
