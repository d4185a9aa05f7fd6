/** Fields that take a literal, a path under a name of their own (`SecondsPath`), or a JSONata expression. */
import type { Json } from "../json/value.ts";
import type { StateSource } from "./compilation.ts";
import { readInputPath, readSinglePath } from "./expressions.ts";
import type { FieldReader } from "./field-reader.ts";
import { compileJsonataAt, looksLikeJsonata } from "./jsonata-fields.ts";
import type { NumberRange } from "./limits.ts";
import type { FieldValue } from "./machine.ts";
import type { CompiledPath } from "../paths/path.ts";

/** A whole number. */
export function readIntegerValue(
  source: StateSource,
  reader: FieldReader,
  name: string,
  range: NumberRange,
): FieldValue<number> | undefined {
  return readValue(source, reader, name, () => reader.integer(name, range));
}

/** A whole number of a Map, whose path may not start at the context object. */
export function readMapInteger(
  source: StateSource,
  reader: FieldReader,
  name: string,
  range: NumberRange,
): FieldValue<number> | undefined {
  return readValue(source, reader, name, () => reader.integer(name, range), readInputPath);
}

/** A number of a Map that may have a fraction. */
export function readMapNumber(
  source: StateSource,
  reader: FieldReader,
  name: string,
  range: NumberRange,
): FieldValue<number> | undefined {
  return readValue(source, reader, name, () => reader.number(name, range), readInputPath);
}

/**
 * A field of either language.
 * @param literal reads and checks the field as it stands
 * @param readPath reads the path that may stand in its place
 */
export function readValue<Literal extends Json>(
  source: StateSource,
  reader: FieldReader,
  name: string,
  literal: () => Literal | undefined,
  readPath: (reader: FieldReader, field: string) => CompiledPath | undefined = readSinglePath,
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
  const path = readPath(reader, field);
  return path && { kind: "path", field, path };
}

function literalOf<Literal extends Json>(value: Literal | undefined): FieldValue<Literal> | undefined {
  return value === undefined ? undefined : { kind: "literal", value };
}
