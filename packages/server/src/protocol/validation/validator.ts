/**
 * Checks an input against the constraints of its model and words what is wrong as AWS does:
 * `2 validation errors detected: Value '…' at 'name' failed to satisfy constraint: Member must …; Value null at …`.
 *
 * Constraints on the entries of a list or map of plain values are reported at the list or map, all of them together:
 * `Value '[x]' at 'tagKeys' failed to satisfy constraint: Member must satisfy constraint: [Member must …, Member must …]`.
 */
import { ServiceError } from "../../kernel/service-error.ts";
import type { ConstraintViolation } from "../dialect.ts";
import { shapeNamed } from "../model/model-table.ts";
import type { ListShape, MapShape, ModelTable, ScalarShape, Shape, StructureShape } from "../model/model-table.ts";
import { Findings } from "./findings.ts";
import { javaPattern } from "./java-pattern.ts";
import { showValue } from "./shown-value.ts";

/** `required`: only absent members are found. */
export type ConstraintScope = "all" | "required";

/** Of the value at the path where `found` is. */
type Check = (value: unknown, found: Findings) => void;

/** One constraint of a value. */
interface Constraint {
  readonly kind: ConstraintViolation["kind"];
  readonly text: string;
  accepts(value: unknown): boolean;
}

const noCheck: Check = () => undefined;
const notNull = "Member must not be null";

/**
 * @param scope `all` unless the service words everything but absent members itself
 * @param optional required members, as `Shape.Member`, that may be absent nevertheless
 */
export function validatorFor(
  table: ModelTable,
  scope: ConstraintScope,
  optional: ReadonlySet<string> = new Set(),
): (shapeName: string, input: unknown) => Findings {
  const compiled = new Map<string, Check>();
  const of = (name: string): Check => {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    let actual: Check = noCheck;
    compiled.set(name, (value, found) => actual(value, found));
    actual = new Compiler(table, scope, optional, of).compile(name);
    compiled.set(name, actual);
    return actual;
  };
  return (shapeName, input) => {
    const found = new Findings();
    of(shapeName)(input, found);
    return found;
  };
}

class Compiler {
  readonly #table: ModelTable;
  readonly #scope: ConstraintScope;
  readonly #optional: ReadonlySet<string>;
  readonly #of: (name: string) => Check;

  constructor(table: ModelTable, scope: ConstraintScope, optional: ReadonlySet<string>, of: (name: string) => Check) {
    this.#table = table;
    this.#scope = scope;
    this.#optional = optional;
    this.#of = of;
  }

  compile(name: string): Check {
    const shape = shapeNamed(this.#table, name);
    switch (shape.type) {
      case "structure":
        return this.#structure(name, shape);
      case "list":
        return this.#list(shape);
      case "map":
        return this.#map(shape);
      default:
        return this.#own(shape);
    }
  }

  #structure(shapeName: string, shape: StructureShape): Check {
    const required = new Set(shape.required?.filter((member) => !this.#optional.has(`${shapeName}.${member}`)));
    const members = Object.entries(shape.members)
      .map(([name, { shape: target }]) => ({ name, isRequired: required.has(name), check: this.#of(target) }))
      // Most members of most operations have nothing to check.
      .filter(({ isRequired, check }) => isRequired || check !== noCheck);
    if (members.length === 0) return noCheck;
    return (value, found) => {
      const source = value as Readonly<Record<string, unknown>>;
      for (let index = 0; index < members.length; index += 1) {
        const { name, isRequired, check } = members[index] ?? nobody;
        const member = source[name];
        if (member === undefined ? !isRequired : check === noCheck) continue;
        found.enter(name);
        if (member === undefined) found.add("required", null, notNull);
        else check(member, found);
        found.leave();
      }
    };
  }

  #list(shape: ListShape): Check {
    const own = this.#own(shape);
    const item = shapeNamed(this.#table, shape.member.shape);
    if (!isScalar(item)) {
      const check = this.#of(shape.member.shape);
      return (value, found) => {
        own(value, found);
        const entries = value as readonly unknown[];
        for (let index = 0; index < entries.length; index += 1) {
          found.enterEntry(index + 1);
          if (entries[index] === null) found.add("required", null, notNull);
          else check(entries[index], found);
          found.leave();
        }
      };
    }
    const constraints = this.#constraints(item);
    const texts = constraints.map(({ text }) => text);
    return (value, found) => {
      own(value, found);
      for (const entry of value as readonly unknown[]) {
        const broken = entry === null ? nullEntry : constraints.find((constraint) => !constraint.accepts(entry));
        if (broken === undefined) continue;
        const all = broken === nullEntry ? [...texts, notNull] : texts;
        const text = `Member must satisfy constraint: [${all.join(", ")}]`;
        found.add(broken.kind, this.#shown(shape, item, value), text);
        return;
      }
    };
  }

  #map(shape: MapShape): Check {
    const own = this.#own(shape);
    const keyShape = shapeNamed(this.#table, shape.key.shape);
    const valueShape = shapeNamed(this.#table, shape.value.shape);
    const keyConstraints = isScalar(keyShape) ? this.#constraints(keyShape) : [];
    const valueConstraints = isScalar(valueShape) ? this.#constraints(valueShape) : [];
    const check = isScalar(valueShape) ? noCheck : this.#of(shape.value.shape);
    if ([own, check].every((part) => part === noCheck) && [...keyConstraints, ...valueConstraints].length === 0)
      return noCheck;
    const report = (what: string, broken: Constraint | undefined, all: readonly Constraint[]): Check => {
      if (broken === undefined) return noCheck;
      const text = `${what} must satisfy constraint: [${all.map((constraint) => constraint.text).join(", ")}]`;
      return (value, found) => found.add(broken.kind, this.#shown(shape, valueShape, value), text);
    };
    return (value, found) => {
      own(value, found);
      const entries = Object.entries(value as object) as [string, unknown][];
      const badKey = keyConstraints.find(({ accepts }) => entries.some(([key]) => !accepts(key)));
      report("Map keys", badKey, keyConstraints)(value, found);
      const badValue = valueConstraints.find(({ accepts }) => entries.some(([, item]) => !accepts(item)));
      report("Map value", badValue, valueConstraints)(value, found);
      if (check === noCheck) return;
      for (const [key, item] of entries) {
        found.enterEntry(key);
        check(item, found);
        found.leave();
      }
    };
  }

  #own(shape: Shape): Check {
    const constraints = this.#constraints(shape);
    if (constraints.length === 0) return noCheck;
    return (value, found) => {
      for (const { accepts, kind, text } of constraints)
        if (!accepts(value)) found.add(kind, this.#shown(shape, shape, value), text);
    };
  }

  /** Undefined for a value that must not be quoted. */
  #shown(shape: Shape, entry: Shape, value: unknown): (() => string) | undefined {
    if (shape.sensitive === true || entry.sensitive === true) return undefined;
    return () => showValue(this.#table, shape, value);
  }

  #constraints(shape: Shape): readonly Constraint[] {
    if (this.#scope === "required") return [];
    return [...sizeConstraints(shape), ...(isScalar(shape) ? scalarConstraints(shape) : [])];
  }
}

const nobody = { name: "", isRequired: false, check: noCheck };
const nullEntry: Constraint = { kind: "required", text: notNull, accepts: () => false };

function isScalar(shape: Shape): shape is ScalarShape {
  return shape.type !== "structure" && shape.type !== "list" && shape.type !== "map";
}

const numberTypes = "byte short integer long bigInteger float double bigDecimal".split(" ");

/** The larger bound first, as AWS lists them. */
function sizeConstraints(shape: Shape): Constraint[] {
  const { min, max } = shape;
  const isNumber = numberTypes.includes(shape.type);
  const kind = isNumber ? "range" : "length";
  const noun = isNumber ? "value" : "length";
  const constraints: Constraint[] = [];
  if (max !== undefined) {
    const text = `Member must have ${noun} less than or equal to ${max}`;
    constraints.push({ kind, text, accepts: (value) => sizeOf(value) <= max });
  }
  if (min !== undefined) {
    const text = `Member must have ${noun} greater than or equal to ${min}`;
    constraints.push({ kind, text, accepts: (value) => sizeOf(value) >= min });
  }
  return constraints;
}

function scalarConstraints(shape: ScalarShape): Constraint[] {
  const constraints: Constraint[] = [];
  if (shape.enum !== undefined) {
    const values = new Set<unknown>(shape.enum);
    const text = `Member must satisfy enum value set: [${shape.enum.join(", ")}]`;
    constraints.push({ kind: "enum", text, accepts: (value) => values.has(value) });
  }
  if (shape.pattern !== undefined) {
    const regular = javaPattern(shape.pattern);
    const text = `Member must satisfy regular expression pattern: ${shape.pattern}`;
    constraints.push({
      kind: "pattern",
      text,
      accepts: (value) => typeof value !== "string" || regular.test(value),
    });
  }
  return constraints;
}

/** Code points of a text, bytes of a blob, entries of a list or map, or the number itself. */
function sizeOf(value: unknown): number {
  if (typeof value === "number") return value;
  if (typeof value === "string") return codePoints(value);
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function codePoints(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index += 1) {
    if ((text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00) count -= 1;
  }
  return count;
}

/**
 * AWS's usual refusal of an input that breaks its model.
 * @param code `ValidationException`, or `ValidationError` in the Query protocol
 */
export function validationException(found: Findings, code: string): ServiceError {
  const texts = found.violations.map(({ text }) => text).join("; ");
  return new ServiceError(code, `${found.count} validation error${found.count === 1 ? "" : "s"} detected: ${texts}`);
}
