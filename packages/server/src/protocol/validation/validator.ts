/**
 * Checks an input against the constraints of its model and words what is wrong as AWS does:
 * `2 validation errors detected: Value '…' at 'name' failed to satisfy constraint: Member must …; Value null at …`.
 */
import { ServiceError } from "../../kernel/service-error.ts";
import type { ConstraintViolation } from "../dialect.ts";
import { shapeNamed } from "../model/model-table.ts";
import type { ModelTable, ScalarShape, Shape } from "../model/model-table.ts";

type Check = (value: unknown, path: string, found: ConstraintViolation[]) => void;

const noCheck: Check = () => undefined;

export function validatorFor(table: ModelTable, scope: "all" | "required"): (shapeName: string) => Check {
  const compiled = new Map<string, Check>();
  const of = (name: string): Check => {
    const known = compiled.get(name);
    if (known !== undefined) return known;
    let actual: Check = noCheck;
    compiled.set(name, (value, path, found) => actual(value, path, found));
    actual = compile(shapeNamed(table, name), scope, of);
    compiled.set(name, actual);
    return actual;
  };
  return of;
}

function compile(shape: Shape, scope: "all" | "required", of: (name: string) => Check): Check {
  const own = scope === "all" ? ownChecks(shape) : noCheck;
  switch (shape.type) {
    case "structure": {
      const required = new Set(shape.required);
      const members = Object.entries(shape.members).map(([name, { shape: target }]) => ({
        name,
        isRequired: required.has(name),
        check: of(target),
      }));
      return (value, path, found) => {
        const source = value as Readonly<Record<string, unknown>>;
        for (const { name, isRequired, check } of members) {
          const member = source[name];
          if (member !== undefined) check(member, join(path, name), found);
          else if (isRequired) found.push(violation("required", null, join(path, name), "Member must not be null"));
        }
      };
    }
    case "list": {
      const check = of(shape.member.shape);
      return (value, path, found) => {
        own(value, path, found);
        for (const [index, item] of (value as readonly unknown[]).entries())
          check(item, `${path}.${index + 1}.member`, found);
      };
    }
    case "map": {
      const check = of(shape.value.shape);
      return (value, path, found) => {
        own(value, path, found);
        for (const [key, item] of Object.entries(value as object)) check(item, `${path}.${key}.member`, found);
      };
    }
    default:
      return own;
  }
}

function ownChecks(shape: Shape): Check {
  const checks: Check[] = [];
  if (shape.min !== undefined || shape.max !== undefined) checks.push(sizeCheck(shape));
  if (shape.type !== "structure" && shape.type !== "list" && shape.type !== "map") checks.push(...scalarChecks(shape));
  if (checks.length === 0) return noCheck;
  return (value, path, found) => {
    for (const check of checks) check(value, path, found);
  };
}

function sizeCheck(shape: Shape): Check {
  const { min, max, sensitive = false } = shape;
  const isNumber = ["byte", "short", "integer", "long", "float", "double"].includes(shape.type);
  const noun = isNumber ? "value" : "length";
  return (value, path, found) => {
    const size = sizeOf(value);
    if (min !== undefined && size < min) {
      found.push(
        violation(
          isNumber ? "range" : "length",
          sensitive ? sensitiveMark : value,
          path,
          `Member must have ${noun} greater than or equal to ${min}`,
        ),
      );
    }
    if (max !== undefined && size > max) {
      found.push(
        violation(
          isNumber ? "range" : "length",
          sensitive ? sensitiveMark : value,
          path,
          `Member must have ${noun} less than or equal to ${max}`,
        ),
      );
    }
  };
}

function scalarChecks(shape: ScalarShape): Check[] {
  const checks: Check[] = [];
  const { pattern, sensitive = false } = shape;
  if (shape.enum !== undefined) {
    const values = new Set<unknown>(shape.enum);
    const text = `Member must satisfy enum value set: [${shape.enum.join(", ")}]`;
    checks.push((value, path, found) => {
      if (!values.has(value)) found.push(violation("enum", value, path, text));
    });
  }
  const regular = pattern === undefined ? undefined : javaPattern(pattern);
  if (regular !== undefined) {
    checks.push((value, path, found) => {
      if (typeof value === "string" && !regular.test(value)) {
        found.push(
          violation(
            "pattern",
            sensitive ? sensitiveMark : value,
            path,
            `Member must satisfy regular expression pattern: ${pattern}`,
          ),
        );
      }
    });
  }
  return checks;
}

/** A pattern must match the whole value. One that JavaScript cannot express is left to the operation. */
function javaPattern(pattern: string): RegExp | undefined {
  try {
    return new RegExp(`^(?:${pattern})$`, "u");
  } catch {
    return undefined;
  }
}

const sensitiveMark = Symbol("sensitive");

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

const shownValueMax = 1_000;

function violation(
  kind: ConstraintViolation["kind"],
  value: unknown,
  path: string,
  constraint: string,
): ConstraintViolation {
  const shown = value === sensitiveMark ? "Value" : value === null ? "Value null" : `Value '${render(value)}'`;
  return {
    kind,
    path,
    member: path.slice(path.lastIndexOf(".") + 1),
    text: `${shown} at '${path}' failed to satisfy constraint: ${constraint}`,
  };
}

function render(value: unknown): string {
  let text = "{}";
  if (Array.isArray(value)) text = `[${value.map((item) => render(item)).join(", ")}]`;
  else if (typeof value === "string") text = value;
  else if (typeof value === "number" || typeof value === "boolean") text = String(value);
  return text.length > shownValueMax ? `${text.slice(0, shownValueMax)}…` : text;
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}

/** AWS's usual refusal of an input that breaks its model. */
export function validationException(violations: readonly ConstraintViolation[]): ServiceError {
  const count = violations.length;
  const texts = violations.map((found) => found.text).join("; ");
  return new ServiceError(
    "ValidationException",
    `${count} validation error${count === 1 ? "" : "s"} detected: ${texts}`,
  );
}
