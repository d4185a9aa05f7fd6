/** The comparison operators of Choice. A comparison of values of different types is false. */
import type { Json } from "../json/value.ts";
import { isTimestamp, parseTimestamp } from "../timestamp.ts";
import { matchesWildcard } from "./wildcard.ts";

export interface Operator {
  /** True when the value is a path to the other operand. */
  readonly isPath: boolean;
  /** Why a literal operand is wrong; undefined when it is right. */
  refuse(operand: Json): string | undefined;
  test(variable: Json, operand: Json): boolean;
}

type Order = (order: number) => boolean;

const orders: Readonly<Record<string, Order>> = {
  Equals: (order) => order === 0,
  GreaterThan: (order) => order > 0,
  GreaterThanEquals: (order) => order >= 0,
  LessThan: (order) => order < 0,
  LessThanEquals: (order) => order <= 0,
};

interface Kind {
  readonly name: string;
  /** A value to compare by, or undefined for a value of another type. */
  read(value: Json): bigint | number | string | undefined;
  readonly orders: readonly string[];
}

/** In the order in which AWS lists their operators. */
const kinds: Readonly<Record<string, Kind>> = {
  String: {
    name: "String",
    read: (value) => (typeof value === "string" ? value : undefined),
    orders: Object.keys(orders),
  },
  Numeric: {
    name: "Number",
    read: (value) => (typeof value === "number" ? value : undefined),
    orders: Object.keys(orders),
  },
  Boolean: {
    name: "Boolean",
    read: (value) => (typeof value === "boolean" ? Number(value) : undefined),
    orders: ["Equals"],
  },
  Timestamp: {
    name: "Timestamp",
    read: (value) => (typeof value === "string" ? parseTimestamp(value) : undefined),
    orders: Object.keys(orders),
  },
};

const typeTests: Readonly<Record<string, (value: Json) => boolean>> = {
  IsBoolean: (value) => typeof value === "boolean",
  IsNull: (value) => value === null,
  IsNumeric: (value) => typeof value === "number",
  IsString: (value) => typeof value === "string",
  IsTimestamp: (value) => typeof value === "string" && isTimestamp(value),
};

function make(): Record<string, Operator> {
  const all: Record<string, Operator> = {};
  for (const [prefix, kind] of Object.entries(kinds)) {
    for (const order of kind.orders) {
      const accept = orders[order] ?? (() => false);
      const test = (variable: Json, operand: Json): boolean => compare(kind, variable, operand, accept);
      const refuse = (operand: Json): string | undefined =>
        kind.read(operand) === undefined ? `Expected value of type ${kind.name}` : undefined;
      all[prefix + order] = { isPath: false, refuse, test };
      all[`${prefix}${order}Path`] = { isPath: true, refuse: () => undefined, test };
    }
  }
  const boolean = (operand: Json): string | undefined =>
    typeof operand === "boolean" ? undefined : "Expected value of type Boolean";
  for (const [name, is] of Object.entries(typeTests)) {
    all[name] = { isPath: false, refuse: boolean, test: (variable, operand) => is(variable) === operand };
  }
  // Presence is tested before the variable is read.
  all["IsPresent"] = { isPath: false, refuse: boolean, test: (_variable, operand) => operand === true };
  all["StringMatches"] = {
    isPath: false,
    refuse: (operand) => (typeof operand === "string" ? undefined : "Expected value of type String"),
    test: (variable, operand) =>
      typeof variable === "string" && typeof operand === "string" && matchesWildcard(variable, operand),
  };
  return all;
}

function compare(kind: Kind, variable: Json, operand: Json, accept: Order): boolean {
  const left = kind.read(variable);
  const right = kind.read(operand);
  if (left === undefined || right === undefined) return false;
  return accept(left < right ? -1 : left > right ? 1 : 0);
}

export const operators: Readonly<Record<string, Operator>> = make();

/** Whether a field of a rule belongs to JSONPath's comparisons. */
export function isOperator(field: string): boolean {
  return field === "And" || field === "Or" || field === "Not" || Object.hasOwn(operators, field);
}
