/** Fields that take a literal, a path under a name of their own (`SecondsPath`), or a JSONata expression. */
import type { Json } from "../json/value.ts";
import type { StateSource } from "./compilation.ts";
import { readSinglePath } from "./expressions.ts";
import type { FieldReader } from "./field-reader.ts";
import { compileJsonataAt, looksLikeJsonata } from "./jsonata-fields.ts";
import type { NumberRange } from "./limits.ts";
import type { FieldValue } from "./machine.ts";

/** A whole number. */
export function readIntegerValue(
  source: StateSource,
  reader: FieldReader,
  name: string,
  range: NumberRange,
): FieldValue<number> | undefined {
  return readValue(source, reader, name, () => reader.integer(name, range));
}

/** A number that may have a fraction. */
export function readNumberValue(
  source: StateSource,
  reader: FieldReader,
  name: string,
  range: NumberRange,
): FieldValue<number> | undefined {
  return readValue(source, reader, name, () => reader.number(name, range));
}

/**
 * A field of either language.
 * @param literal reads and checks the field as it stands
 */
export function readValue<Literal extends Json>(
  source: StateSource,
  reader: FieldReader,
  name: string,
  literal: () => Literal | undefined,
): FieldValue<Literal> | undefined {
  if (source.language === "JSONata") {
    const raw = reader.raw(name);
    if (!looksLikeJsonata(raw)) return literalOf(literal());
    const expression = compileJsonataAt(source, raw, reader.place(name), []);
    return expression && { kind: "jsonata", expression };
  }
  const field = `${name}Path`;
  reader.onlyOne([name, field], "optional");
  const value = literalOf(literal());
  if (value !== undefined) return value;
  const path = readSinglePath(reader, field);
  return path && { kind: "path", field, path };
}

function literalOf<Literal extends Json>(value: Literal | undefined): FieldValue<Literal> | undefined {
  return value === undefined ? undefined : { kind: "literal", value };
}
