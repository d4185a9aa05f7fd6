/** How AWS quotes a value in a refusal: as Java prints it. */
import { shapeNamed } from "../model/model-table.ts";
import type { ModelTable, Shape } from "../model/model-table.ts";

/** A value is cut there: it may be as long as a request. */
const shownValueMax = 1_000;
const secret = "*** Sensitive Data Redacted ***";

export function showValue(table: ModelTable, shape: Shape, value: unknown): string {
  const text = shortText(table, shape, value, shownValueMax);
  return text.length > shownValueMax ? `${text.slice(0, shownValueMax)}…` : text;
}

/** Stops soon after `room` characters, so that a long list costs no more than what is shown of it. */
function shortText(table: ModelTable, shape: Shape, value: unknown, room: number): string {
  if (value === null) return "null";
  if (shape.sensitive === true) return secret;
  switch (shape.type) {
    case "structure": {
      const source = value as Readonly<Record<string, unknown>>;
      const present = Object.entries(shape.members).filter(([name]) => source[name] !== undefined);
      return `{${joined(present, room, ([name, { shape: target }], left) => `${name}=${shortText(table, shapeNamed(table, target), source[name], left)}`)}}`;
    }
    case "map": {
      const target = shapeNamed(table, shape.value.shape);
      const entries = Object.entries(value as object) as [string, unknown][];
      return `{${joined(entries, room, ([key, item], left) => `${key}=${shortText(table, target, item, left)}`)}}`;
    }
    case "list": {
      const target = shapeNamed(table, shape.member.shape);
      return `[${joined(value as readonly unknown[], room, (item, left) => shortText(table, target, item, left))}]`;
    }
    case "timestamp":
      return (value as Date).toISOString();
    case "blob":
      return "java.nio.HeapByteBuffer";
    case "boolean":
      return value === true ? "true" : "false";
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "bigInteger":
    case "float":
    case "double":
    case "bigDecimal":
      return (value as number).toString();
    default:
      return typeof value === "string" ? value : JSON.stringify(value);
  }
}

function joined<Item>(items: readonly Item[], room: number, show: (item: Item, left: number) => string): string {
  let text = "";
  for (const item of items) {
    if (text.length > room) break;
    text += `${text === "" ? "" : ", "}${show(item, room - text.length)}`;
  }
  return text;
}
