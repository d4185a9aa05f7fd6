/**
 * Signatures of functions: `<s-nn?:s>` takes a text (or the context when it is left out), a number and perhaps another.
 * Arguments become a text of one letter each, which the signature's own pattern has to match; JSONata defines it so.
 * https://docs.jsonata.org/programming#function-signatures
 */
import { Fault } from "./errors.ts";
import { compileRegex } from "./regex/regex.ts";
import type { Regex } from "./regex/regex.ts";
import { isArray, isFunction } from "./value.ts";
import type { Value } from "./value.ts";

interface Parameter {
  /** The letter of its type, or a choice in parentheses. */
  readonly type: string;
  /** What an argument's letter must be, as a class of a regular expression. */
  readonly class: string;
  quantifier: string;
  subtype?: string;
  takesContext: boolean;
  /** `+` */
  isRepeated: boolean;
}

const arrayNames: Readonly<Record<string, string>> = {
  a: "arrays",
  b: "booleans",
  f: "functions",
  n: "numbers",
  o: "objects",
  s: "strings",
};

export class Signature {
  readonly #parameters: readonly Parameter[];
  #pattern: Regex | undefined;

  /** @throws Fault S0401, S0402 */
  constructor(definition: string, position: number) {
    this.#parameters = parseParameters(definition, position);
  }

  /**
   * The arguments as the function gets them: the context put in where one is missing, single values for arrays wrapped.
   * @throws Fault T0410, T0411, T0412
   */
  validate(args: readonly Value[], context: Value): readonly Value[] {
    return this.#fits(args) ? args : this.#validateAll(args, context);
  }

  /** Whether each argument is one for the parameter at its place, and no parameter is left that has to have one. */
  #fits(args: readonly Value[]): boolean {
    const parameters = this.#parameters;
    if (args.length > parameters.length) return false;
    for (let index = 0; index < parameters.length; index += 1) {
      const parameter = parameters[index];
      if (parameter === undefined || parameter.isRepeated) return false;
      if (index >= args.length) {
        if (parameter.takesContext || parameter.quantifier === "") return false;
        continue;
      }
      const value = args[index];
      if (!parameter.class.includes(letterOf(value))) return false;
      if (parameter.type !== "a" || value === undefined) continue;
      if (!isArray(value)) return false;
      if (parameter.subtype !== undefined && !isUniform(value, parameter.subtype)) return false;
    }
    return true;
  }

  #validateAll(args: readonly Value[], context: Value): readonly Value[] {
    const letters = args.map(letterOf).join("");
    this.#pattern ??= compileRegex(`^${this.#parameters.map(groupOf).join("")}$`, "");
    const groups = this.#pattern.search(letters)?.groups;
    if (groups === undefined) return this.#refuse(args, letters);
    const result: Value[] = [];
    let index = 0;
    for (const [number, parameter] of this.#parameters.entries()) {
      const match = groups[number] ?? "";
      if (match === "") {
        if (parameter.takesContext) {
          if (!parameter.class.includes(letterOf(context)))
            throw new Fault("T0411", { value: context, index: index + 1 });
          result.push(context);
        } else {
          result.push(args[index]);
          index += 1;
        }
        continue;
      }
      for (const letter of match) {
        result.push(parameter.type === "a" ? arrayOf(args[index], letter, match, parameter, index) : args[index]);
        index += 1;
      }
    }
    return result;
  }

  /** Finds the first argument that is wrong. */
  #refuse(args: readonly Value[], letters: string): never {
    let pattern = "^";
    let good = 0;
    for (const parameter of this.#parameters) {
      pattern += `${parameter.class}${parameter.quantifier}`;
      const match = compileRegex(pattern, "").search(letters);
      if (match === undefined) break;
      good = match.end;
    }
    throw new Fault("T0410", { value: args[good], index: good + 1 });
  }
}

function groupOf({ class: letters, quantifier }: Parameter): string {
  return `(${letters}${quantifier})`;
}

/** One argument for an array. @throws Fault T0412 */
function arrayOf(value: Value, letter: string, match: string, { subtype }: Parameter, index: number): Value {
  if (letter === "m") return undefined;
  if (letter !== "a") {
    if (subtype !== undefined && match !== subtype) throw wrongItems(value, index, subtype);
    return [value];
  }
  if (subtype !== undefined && isArray(value) && !isUniform(value, subtype)) throw wrongItems(value, index, subtype);
  return value;
}

function wrongItems(value: Value, index: number, subtype: string): Fault {
  return new Fault("T0412", { value, index: index + 1, type: arrayNames[subtype] ?? "undefined" });
}

function isUniform(items: readonly Value[], subtype: string): boolean {
  const letter = subtype.charAt(0);
  return items.every((item) => letterOf(item) === letter);
}

function letterOf(value: Value): string {
  switch (typeof value) {
    case "string":
      return "s";
    case "number":
      return "n";
    case "boolean":
      return "b";
    case "undefined":
      // Missing.
      return "m";
    default:
      if (value === null) return "l";
      if (isFunction(value)) return "f";
      return isArray(value) ? "a" : "o";
  }
}

/** The types that a letter of a signature lets in, as letters of arguments. */
const classes: Readonly<Record<string, string>> = {
  a: "[asnblfom]",
  b: "[bm]",
  f: "f",
  j: "[asnblom]",
  l: "[lm]",
  n: "[nm]",
  o: "[om]",
  s: "[sm]",
  x: "[asnblfom]",
};

function parseParameters(definition: string, position: number): Parameter[] {
  const parameters: Parameter[] = [];
  for (let at = 1; at < definition.length; at += 1) {
    const symbol = definition.charAt(at);
    if (symbol === ":") break;
    const previous = parameters.at(-1);
    const letters = classes[symbol];
    if (letters !== undefined) {
      parameters.push({ type: symbol, class: letters, quantifier: "", takesContext: false, isRepeated: false });
    } else if (symbol === "(") {
      const end = closing(definition, at, "(", ")");
      const choice = definition.slice(at + 1, end);
      if (choice.includes("<")) throw new Fault("S0402", { value: choice }, position + at);
      parameters.push({
        type: `(${choice})`,
        class: `[${choice}m]`,
        quantifier: "",
        takesContext: false,
        isRepeated: false,
      });
      at = end;
    } else if (symbol === "<") {
      if (previous?.type !== "a" && previous?.type !== "f")
        throw new Fault("S0401", { value: previous?.type }, position + at);
      const end = closing(definition, at, "<", ">");
      previous.subtype = definition.slice(at + 1, end);
      at = end;
    } else if (previous !== undefined) qualify(previous, symbol);
  }
  return parameters;
}

function qualify(parameter: Parameter, symbol: string): void {
  if (symbol === "-") {
    parameter.takesContext = true;
    parameter.quantifier += "?";
  } else if (symbol === "?" || symbol === "+") {
    parameter.quantifier += symbol;
    if (symbol === "+") parameter.isRepeated = true;
  }
}

/** Where the bracket that opens at `start` is closed; the end of the text when it is not. */
function closing(text: string, start: number, open: string, close: string): number {
  let depth = 1;
  let at = start;
  while (at < text.length) {
    at += 1;
    if (text.charAt(at) === close) {
      depth -= 1;
      if (depth === 0) break;
    } else if (text.charAt(at) === open) depth += 1;
  }
  return at;
}
