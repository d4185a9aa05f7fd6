/**
 * Pictures of dates and times: `[Y0001]-[M01]-[D01]`, each marker a component, how it is presented, and its width.
 * https://docs.jsonata.org/date-time-functions#tomillis, https://www.w3.org/TR/xpath-functions-31/#date-picture-string
 */
import { Fault } from "../../errors.ts";
import { parseIntegerPicture } from "./integer-picture.ts";
import type { IntegerPicture } from "./integer-picture.ts";

export type PicturePart = { readonly kind: "literal"; readonly text: string } | Marker;

export interface Marker {
  readonly kind: "marker";
  /** `Y` year, `M` month … */
  readonly component: string;
  readonly minWidth: number | undefined;
  readonly maxWidth: number | undefined;
  /** A name instead of a number, in this case. */
  readonly names: "lower" | "title" | "upper" | undefined;
  readonly integer: IntegerPicture | undefined;
  /** The number of digits of a year, month or day, -1 when it is open. */
  readonly digits: number | undefined;
  /** `t`: a time zone of no offset is a Z. */
  readonly isTraditional: boolean;
}

const defaultPresentations: Readonly<Record<string, string>> = {
  Y: "1",
  M: "1",
  D: "1",
  d: "1",
  F: "n",
  W: "1",
  w: "1",
  X: "1",
  x: "1",
  H: "1",
  h: "1",
  P: "n",
  m: "01",
  s: "01",
  f: "1",
  Z: "01:01",
  z: "01:01",
  C: "n",
  E: "n",
};

/** @throws Fault D3131, D3132, D3135 */
export function parseDatePicture(picture: string): PicturePart[] {
  const parts: PicturePart[] = [];
  let start = 0;
  const addLiteral = (end: number): void => {
    if (end > start) parts.push({ kind: "literal", text: picture.slice(start, end).replaceAll("]]", "]") });
  };
  for (let at = picture.indexOf("["); at >= 0; at = picture.indexOf("[", start)) {
    addLiteral(at);
    if (picture.charAt(at + 1) === "[") {
      parts.push({ kind: "literal", text: "[" });
      start = at + 2;
      continue;
    }
    const end = picture.indexOf("]", at);
    if (end < 0) throw new Fault("D3135");
    parts.push(parseMarker(picture.slice(at + 1, end).replaceAll(/\s+/g, "")));
    start = end + 1;
  }
  addLiteral(picture.length);
  return parts;
}

function parseMarker(text: string): Marker {
  const component = text.charAt(0);
  const comma = text.lastIndexOf(",");
  const [least, most] = comma < 0 ? [] : text.slice(comma + 1).split(/-(.*)/s);
  const minWidth = widthOf(least);
  const maxWidth = widthOf(most);
  const modifiers = text.slice(1, comma < 0 ? undefined : comma);
  const second = modifiers.length > 1 && "atco".includes(modifiers.slice(-1)) ? modifiers.slice(-1) : "";
  const first = modifiers === "" ? ownDefault(component) : modifiers.slice(0, modifiers.length - second.length);
  if (first === undefined) throw new Fault("D3132", { value: component });
  const marker = { kind: "marker", component, minWidth, maxWidth, isTraditional: second === "t" } as const;
  const isZone = component === "Z" || component === "z";
  const names = first.startsWith("n")
    ? "lower"
    : first.startsWith("Nn")
      ? "title"
      : first.startsWith("N")
        ? "upper"
        : undefined;
  if (isZone) return { ...marker, names, integer: parseIntegerPicture(first), digits: undefined };
  if (names !== undefined || !"YMDdFWwXxHhmsf".includes(component))
    return { ...marker, names, integer: undefined, digits: undefined };
  return {
    ...marker,
    names,
    ...integerOf(component, second === "" ? first : `${first};${second}`, minWidth, maxWidth),
  };
}

function ownDefault(component: string): string | undefined {
  return Object.hasOwn(defaultPresentations, component) ? defaultPresentations[component] : undefined;
}

function widthOf(text: string | undefined): number | undefined {
  return text === undefined || text === "*" ? undefined : Number.parseInt(text, 10);
}

/** The picture of a number, with as many digits as the width asks for. */
function integerOf(
  component: string,
  picture: string,
  minWidth: number | undefined,
  maxWidth: number | undefined,
): Pick<Marker, "digits" | "integer"> {
  const integer = parseIntegerPicture(picture);
  const isDecimal = integer.form === "decimal";
  if (isDecimal && minWidth !== undefined && integer.mandatoryDigits < minWidth) integer.mandatoryDigits = minWidth;
  if (!"YMD".includes(component)) return { integer, digits: undefined };
  if (maxWidth !== undefined) {
    if (isDecimal) integer.mandatoryDigits = maxWidth;
    return { integer, digits: maxWidth };
  }
  const width = isDecimal ? integer.mandatoryDigits + integer.optionalDigits : 0;
  return { integer, digits: width >= 2 ? width : -1 };
}
