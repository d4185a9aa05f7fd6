/**
 * Tokens into a tree, by the binding powers of operators (Pratt's method). What a token means depends on whether it
 * begins an operand (`#operand`) or stands behind one (`#behind`).
 */
import { Fault } from "../errors.ts";
import type { FaultToken } from "../errors.ts";
import { limits } from "../limits.ts";
import { Signature } from "../signature.ts";
import type { Operator, Syntax, SyntaxPair, SyntaxTerm } from "./syntax.ts";
import { Tokenizer } from "./tokenizer.ts";
import type { Token } from "./tokenizer.ts";

/** How strongly an operator binds what stands before it. */
const powers: ReadonlyMap<string, number> = new Map([
  ["(", 80],
  ["[", 80],
  ["@", 80],
  ["#", 80],
  [".", 75],
  ["{", 70],
  ["*", 60],
  ["/", 60],
  ["%", 60],
  ["+", 50],
  ["-", 50],
  ["&", 50],
  ["=", 40],
  ["!=", 40],
  ["<", 40],
  ["<=", 40],
  [">", 40],
  [">=", 40],
  ["^", 40],
  ["~>", 40],
  ["in", 40],
  ["and", 30],
  ["or", 25],
  ["?", 20],
  [":=", 10],
]);

const unknownOperators: ReadonlySet<string> = new Set(["!", "~"]);
const negationPower = 70;

/** @throws Fault with a code of syntax */
export function parse(source: string): Syntax {
  if (source.length > limits.expressionCharactersMax) throw new Fault("U1005");
  return new Parser(source).whole();
}

class Parser {
  readonly #tokens: Tokenizer;
  #token: Token;
  #depth = 0;

  constructor(source: string) {
    this.#tokens = new Tokenizer(source);
    this.#token = this.#read(false);
  }

  whole(): Syntax {
    const result = this.#expression(0);
    if (this.#token.type !== "end") throw new Fault("S0201", {}, this.#token.position, this.#token.value);
    return result;
  }

  #read(isAfterOperand: boolean): Token {
    const token = this.#tokens.next(isAfterOperand);
    if (token.type === "operator" && unknownOperators.has(token.value))
      throw new Fault("S0204", {}, token.position, token.value);
    return token;
  }

  #is(operator: string): boolean {
    return this.#token.type === "operator" && this.#token.value === operator;
  }

  #advance(isAfterOperand = false): void {
    this.#token = this.#read(isAfterOperand);
  }

  #expect(operator: string, isAfterOperand = false): void {
    const { type, value, position } = this.#token;
    if (!this.#is(operator)) throw new Fault(type === "end" ? "S0203" : "S0202", { value: operator }, position, value);
    this.#advance(isAfterOperand);
  }

  #expression(rightPower: number): Syntax {
    this.#depth += 1;
    if (this.#depth > limits.expressionDepthMax) throw new Fault("U1005", {}, this.#token.position);
    const token = this.#token;
    this.#advance(true);
    let left = this.#operand(token);
    for (;;) {
      const next = this.#token;
      if (next.type !== "operator" || rightPower >= (powers.get(next.value) ?? 0)) break;
      this.#advance();
      left = this.#behind(left, next.value, next.position);
    }
    this.#depth -= 1;
    return left;
  }

  #operand(token: Token): Syntax {
    const { position } = token;
    switch (token.type) {
      case "name":
      case "string":
      case "variable":
        return { kind: token.type, value: token.value, position };
      case "number":
        return { kind: "number", value: token.value, position };
      case "constant":
        return { kind: "constant", value: token.value, position };
      case "regex":
        return { kind: "regex", pattern: token.value, flags: token.flags, position };
      case "end":
        return { kind: "end", position };
      case "operator":
        return this.#prefixed(token.value, position);
    }
  }

  /** An operand that begins with an operator. */
  #prefixed(operator: string, position: number): Syntax {
    switch (operator) {
      case "and":
      case "in":
      case "or":
        // The words are names of fields as well.
        return { kind: "name", value: operator, position };
      case "-":
        return { kind: "negation", operand: this.#expression(negationPower), position };
      case "*":
        return { kind: "wildcard", position };
      case "**":
        return { kind: "descendant", position };
      case "%":
        return { kind: "parent", position };
      case "(":
        return { kind: "block", expressions: this.#blockExpressions(), position };
      case "[":
        return { kind: "array", items: this.#items(), position };
      case "{":
        return { kind: "object", pairs: this.#pairs(), position };
      case "|":
        return this.#transform(position);
      default:
        throw new Fault("S0211", {}, position, operator);
    }
  }

  #behind(left: Syntax, operator: string, position: number): Syntax {
    switch (operator) {
      case ".":
        return { kind: "step", left, right: this.#expression(75), position };
      case "[":
        return this.#filter(left, position);
      case "{":
        return { kind: "group", left, pairs: this.#pairs(), position };
      case "(":
        return this.#call(left, position);
      case "^":
        return { kind: "sort", left, terms: this.#terms(), position };
      case ":=":
        if (left.kind !== "variable") throw new Fault("S0212", {}, left.position, textOf(left));
        return { kind: "bind", left, right: this.#expression(9), position };
      case "@":
      case "#": {
        const right = this.#expression(80);
        if (right.kind !== "variable") throw new Fault("S0214", {}, right.position, operator);
        return { kind: operator === "@" ? "focus" : "index", left, right, position };
      }
      case "~>":
        return { kind: "apply", left, right: this.#expression(40), position };
      case "?":
        return this.#condition(left, position);
      default: {
        const right = this.#expression(powers.get(operator) ?? 0);
        return { kind: "operation", operator: operator as Operator, left, right, position };
      }
    }
  }

  #blockExpressions(): Syntax[] {
    const expressions: Syntax[] = [];
    while (!this.#is(")")) {
      expressions.push(this.#expression(0));
      if (!this.#is(";")) break;
      this.#advance();
    }
    this.#expect(")", true);
    return expressions;
  }

  /** What a comma separates, up to the closing sign. */
  #list(close: string, item: () => void, isAfterOperand: boolean): void {
    if (!this.#is(close)) {
      item();
      while (this.#is(",")) {
        this.#advance();
        item();
      }
    }
    this.#expect(close, isAfterOperand);
  }

  #items(): Syntax[] {
    const items: Syntax[] = [];
    this.#list(
      "]",
      () => {
        const left = this.#expression(0);
        const { position } = this.#token;
        if (!this.#is("..")) {
          items.push(left);
          return;
        }
        this.#advance();
        items.push({ kind: "operation", operator: "..", left, right: this.#expression(0), position });
      },
      true,
    );
    return items;
  }

  #pairs(): SyntaxPair[] {
    const pairs: SyntaxPair[] = [];
    this.#list(
      "}",
      () => {
        const key = this.#expression(0);
        this.#expect(":");
        pairs.push([key, this.#expression(0)]);
      },
      true,
    );
    return pairs;
  }

  #filter(left: Syntax, position: number): Syntax {
    if (this.#is("]")) {
      let step = left;
      while (step.kind === "filter") step = step.left;
      step.keepArray = true;
      this.#advance();
      return left;
    }
    const right = this.#expression(0);
    this.#expect("]", true);
    return { kind: "filter", left, right, position };
  }

  #terms(): SyntaxTerm[] {
    this.#expect("(");
    const terms: SyntaxTerm[] = [];
    for (;;) {
      const descending = this.#is(">");
      if (descending || this.#is("<")) this.#advance();
      terms.push({ descending, expression: this.#expression(0) });
      if (!this.#is(",")) break;
      this.#advance();
    }
    this.#expect(")");
    return terms;
  }

  #condition(condition: Syntax, position: number): Syntax {
    const consequent = this.#expression(0);
    if (!this.#is(":")) return { kind: "condition", condition, consequent, position };
    this.#advance();
    return { kind: "condition", condition, consequent, alternative: this.#expression(0), position };
  }

  #transform(position: number): Syntax {
    const pattern = this.#expression(0);
    this.#expect("|");
    const update = this.#expression(0);
    const hasDeletion = this.#is(",");
    if (hasDeletion) this.#advance();
    const deletion = hasDeletion ? this.#expression(0) : undefined;
    this.#expect("|");
    return { kind: "transform", pattern, update, ...(deletion && { deletion }), position };
  }

  #call(procedure: Syntax, position: number): Syntax {
    let isPartial = false;
    const args: Syntax[] = [];
    this.#list(
      ")",
      () => {
        if (this.#is("?")) {
          isPartial = true;
          args.push({ kind: "placeholder", position: this.#token.position });
          this.#advance();
        } else args.push(this.#expression(0));
      },
      true,
    );
    if (procedure.kind === "name" && (procedure.value === "function" || procedure.value === "λ"))
      return this.#lambda(args, position);
    return { kind: isPartial ? "partial" : "call", procedure, args, position };
  }

  #lambda(args: readonly Syntax[], position: number): Syntax {
    const parameters = args.map((argument, index) => {
      if (argument.kind === "variable") return argument.value;
      throw new Fault("S0208", { value: index + 1 }, argument.position, textOf(argument));
    });
    const signature = this.#is("<") ? this.#signature() : undefined;
    this.#expect("{");
    const body = this.#expression(0);
    this.#expect("}");
    return { kind: "lambda", parameters, body, position, ...(signature !== undefined && { signature }) };
  }

  #signature(): Signature {
    const { position } = this.#token;
    let text = "<";
    let depth = 1;
    while (depth > 0 && !this.#is("{") && this.#token.type !== "end") {
      this.#advance();
      if (this.#is(">")) depth -= 1;
      else if (this.#is("<")) depth += 1;
      text += String(this.#token.value);
    }
    this.#expect(">");
    return new Signature(text, position);
  }
}

/** What an error names an expression by. */
function textOf(syntax: Syntax): FaultToken {
  switch (syntax.kind) {
    case "constant":
    case "name":
    case "number":
    case "string":
    case "variable":
      return syntax.value;
    case "placeholder":
      return "?";
    case "operation":
      return syntax.operator;
    default:
      return undefined;
  }
}
