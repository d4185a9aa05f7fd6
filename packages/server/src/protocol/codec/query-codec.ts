/**
 * The Query protocol: form parameters such as `Attribute.1.Name` in, XML out. Lists are `Name.N` when flattened and
 * `Name.member.N` when not; maps are `Name.N.Key` and `Name.entry.N.key`. Numbering need not start at 1 or be dense;
 * what is flattened and has one entry may go without: `AttributeName=All`, `Attribute.Name=…&Attribute.Value=…`.
 */
import type { ServiceError } from "../../kernel/service-error.ts";
import type { Dialect, QueryName } from "../dialect.ts";
import { shapeNamed } from "../model/model-table.ts";
import type { ListShape, MapShape, ModelTable, Shape, ShapeReference } from "../model/model-table.ts";
import { malformedInput } from "./parameters.ts";
import type { ParameterNode, Parameters } from "./parameters.ts";
import { dateOfIso8601, decodeBase64, encodeBase64, isInRange } from "./scalars.ts";
import { escapeXml } from "./xml-text.ts";

export class QueryCodec {
  readonly #table: ModelTable;
  readonly #dialect: Dialect;

  constructor(table: ModelTable, dialect: Dialect) {
    this.#table = table;
    this.#dialect = dialect;
  }

  /** @throws ServiceError MalformedInput or SerializationException when a value does not fit its type */
  decode(shapeName: string | undefined, parameters: Parameters): Record<string, unknown> {
    if (shapeName === undefined) return {};
    return this.#structure(shapeNamed(this.#table, shapeName), parameters.root);
  }

  /** The elements inside a result, without their wrapper. */
  encode(shapeName: string | undefined, output: unknown): string {
    if (shapeName === undefined) return "";
    return this.#members(shapeNamed(this.#table, shapeName), output as Readonly<Record<string, unknown>>);
  }

  #structure(shape: Shape, node: ParameterNode): Record<string, unknown> {
    const result: Record<string, unknown> = {};
    if (shape.type !== "structure") return result;
    for (const [name, reference] of Object.entries(shape.members)) {
      const value = this.#member(name, reference, node);
      if (value !== undefined) result[name] = value;
    }
    return result;
  }

  #member(name: string, reference: ShapeReference, node: ParameterNode): unknown {
    const shape = shapeNamed(this.#table, reference.shape);
    const wire = this.#wireName(name, reference, shape);
    switch (shape.type) {
      case "list": {
        const place = node.children?.get(wire.name);
        if (place === undefined) return undefined;
        const isFlat = isFlattened(reference, shape);
        const found = isFlat ? place : place.children?.get(shape.member.locationName ?? "member");
        if (found === undefined) {
          if (numbered(place).length > 0) throw malformedInput("Top level element may not be treated as a list");
          return place.value === "" ? [] : undefined;
        }
        const items = numbered(found).map(({ child }) => child);
        if (items.length === 0 && isFlat && this.#isEntry(shape.member, found)) items.push(found);
        if (items.length === 0) return found.value === "" ? [] : undefined;
        return items.map((item) => this.#value(shape.member, item));
      }
      case "map": {
        const place = node.children?.get(wire.name);
        const isFlat = isFlattened(reference, shape);
        const found = isFlat ? place : place?.children?.get("entry");
        return found === undefined ? undefined : this.#map(shape, wire, found, isFlat);
      }
      default: {
        const found = node.children?.get(wire.name);
        return found === undefined ? undefined : this.#value(reference, found);
      }
    }
  }

  /** Whether a list's parameter without a number is its one entry. An empty text is an empty list, or a structure without members. */
  #isEntry(item: ShapeReference, { value, children }: ParameterNode): boolean {
    const isStructure = shapeNamed(this.#table, item.shape).type === "structure";
    return isStructure ? value === "" || children !== undefined : value !== undefined && value !== "";
  }

  #map(shape: MapShape, wire: QueryName, found: ParameterNode, isFlat: boolean): Record<string, unknown> {
    const keyName = wire.key ?? shape.key.locationName ?? "key";
    const valueName = wire.value ?? shape.value.locationName ?? "value";
    const entries = numbered(found);
    if (
      entries.length === 0 &&
      isFlat &&
      (found.children?.has(keyName) === true || found.children?.has(valueName) === true)
    )
      entries.push({ step: undefined, child: found });
    const hasStructures = shapeNamed(this.#table, shape.value.shape).type === "structure";
    const pairs: [string, unknown][] = [];
    for (const { step, child } of entries) {
      const key = child.children?.get(keyName)?.value;
      const value = child.children?.get(valueName);
      if (hasStructures) pairs.push([key ?? "", value === undefined ? {} : this.#value(shape.value, value)]);
      else if (key !== undefined && value !== undefined) pairs.push([key, this.#value(shape.value, value)]);
      else if (key !== undefined && wire.isValueOptional === true) pairs.push([key, ""]);
      else {
        const path = step === undefined ? wire.name : `${wire.name}.${step}`;
        const refusal = this.#dialect.missingParameter?.(`${path}.${key === undefined ? keyName : valueName}`);
        if (refusal !== undefined) throw refusal;
      }
    }
    return Object.fromEntries(pairs);
  }

  #value(reference: ShapeReference, node: ParameterNode): unknown {
    const shape = shapeNamed(this.#table, reference.shape);
    switch (shape.type) {
      case "structure":
        return this.#structure(shape, node);
      case "list":
      case "map":
        return this.#member(
          "",
          { ...reference, flattened: true, locationName: "" },
          { value: undefined, children: new Map([["", node]]) },
        );
      default:
        if (node.value === undefined) throw malformedInput("Start of list found where not expected");
        return decodeText(shape.type, node.value);
    }
  }

  #members(shape: Shape, value: Readonly<Record<string, unknown>>): string {
    if (shape.type !== "structure") return "";
    let xml = "";
    for (const [name, reference] of Object.entries(shape.members)) {
      const member = value[name];
      if (member !== undefined && member !== null) xml += this.#element(name, reference, member);
    }
    return xml;
  }

  #element(name: string, reference: ShapeReference, value: unknown): string {
    const shape = shapeNamed(this.#table, reference.shape);
    const wire = this.#wireName(name, reference, shape);
    switch (shape.type) {
      case "structure":
        return `<${wire.name}>${this.#members(shape, value as Readonly<Record<string, unknown>>)}</${wire.name}>`;
      case "list": {
        const flat = isFlattened(reference, shape);
        const itemName = flat ? wire.name : (shape.member.locationName ?? "member");
        const items = (value as readonly unknown[]).map((item) => this.#item(itemName, shape.member, item)).join("");
        return flat ? items : `<${wire.name}>${items}</${wire.name}>`;
      }
      case "map": {
        const flat = isFlattened(reference, shape);
        const keyName = wire.key ?? shape.key.locationName ?? "key";
        const valueName = wire.value ?? shape.value.locationName ?? "value";
        const entryName = flat ? wire.name : "entry";
        const entries = Object.entries(value as object)
          .map(
            ([key, item]) =>
              `<${entryName}><${keyName}>${escapeXml(key)}</${keyName}>${this.#item(valueName, shape.value, item)}</${entryName}>`,
          )
          .join("");
        return flat ? entries : `<${wire.name}>${entries}</${wire.name}>`;
      }
      default:
        return `<${wire.name}>${escapeXml(encodeText(shape.type, value))}</${wire.name}>`;
    }
  }

  #item(name: string, reference: ShapeReference, value: unknown): string {
    const shape = shapeNamed(this.#table, reference.shape);
    if (shape.type === "structure")
      return `<${name}>${this.#members(shape, value as Readonly<Record<string, unknown>>)}</${name}>`;
    if (shape.type === "list" || shape.type === "map")
      return this.#element(name, { ...reference, locationName: name }, value);
    return `<${name}>${escapeXml(encodeText(shape.type, value))}</${name}>`;
  }

  /** The dialect's spelling, then the model's, then for a flattened list of structures the shape's name, then the member's. */
  #wireName(name: string, reference: ShapeReference, shape: Shape): QueryName {
    const named = this.#dialect.queryNames?.[name];
    if (named !== undefined) return named;
    if (reference.locationName !== undefined) return { name: reference.locationName };
    if (this.#dialect.alsoQuery !== undefined && shape.type === "list" && isFlattened(reference, shape))
      return { name: shape.member.shape };
    return { name };
  }
}

function isFlattened(reference: ShapeReference, shape: ListShape | MapShape): boolean {
  return reference.flattened ?? shape.flattened ?? false;
}

interface NumberedNode {
  /** Undefined for one that stands alone without a number. */
  readonly step: string | undefined;
  readonly child: ParameterNode;
}

function numbered(node: ParameterNode): NumberedNode[] {
  return [...(node.children ?? [])]
    .filter(([step]) => /^\d{1,9}$/.test(step))
    .toSorted(([left], [right]) => Number(left) - Number(right))
    .map(([step, child]) => ({ step, child }));
}

function decodeText(type: Shape["type"], text: string): unknown {
  switch (type) {
    case "boolean":
      if (text === "true") return true;
      if (text === "false") return false;
      throw malformed(text, "Boolean");
    case "byte":
    case "short":
    case "integer":
    case "long":
    case "bigInteger":
      if (!/^[+-]?\d{1,19}$/.test(text) || !isInRange(Number(text), type)) throw malformed(text, "Integer");
      return Number(text);
    case "float":
    case "double":
    case "bigDecimal":
      if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) || !Number.isFinite(Number(text)))
        throw malformed(text, "Double");
      return Number(text);
    case "blob":
      return decodeBase64(text);
    case "timestamp": {
      const date = dateOfIso8601(text);
      if (date === undefined) throw malformedInput("timestamp must follow ISO8601");
      return date;
    }
    default:
      return text;
  }
}

function malformed(text: string, type: string): ServiceError {
  return malformedInput(`Could not parse '${text.slice(0, 80)}' as ${type}`);
}

function encodeText(type: Shape["type"], value: unknown): string {
  if (type === "blob") return encodeBase64(value as Uint8Array);
  if (type === "timestamp") return (value as Date).toISOString();
  return String(value);
}
