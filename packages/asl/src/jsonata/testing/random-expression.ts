/** Random expressions over a small world of names, as texts: all of them can be parsed, most give something. */

export type Random = () => number;

/** mulberry32 */
export function randomFrom(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What the expressions are evaluated in. */
export const world = {
  a: { b: 1, c: "x", d: [1, 2, 3] },
  items: [
    { id: 1, name: "pen", price: 2.5, tags: ["red", "new"], sub: { n: 1 } },
    { id: 2, name: "ink", price: 10, tags: ["blue"], sub: { n: 2 } },
    { id: 3, name: "cap", price: 2.5, tags: [], sub: [{ n: 3 }, { n: 4 }] },
  ],
  one: [{ id: 9, name: "only", tags: ["x"] }],
  none: [],
  nested: [[1, [2, 3]], [], [[4]]],
  n: 7,
  m: -2.5,
  s: "Hello, World",
  t: "a1b22c333",
  yes: true,
  no: false,
  nil: null,
};

const numbers = ["0", "1", "2", "3", "-1", "2.5", "10", "n", "m", "a.b", "$v", "items.id", "items.price", "missing"];
const texts = ["'a'", "'x'", "''", "', '", "s", "t", "a.c", "items.name", "$w", "'é€😀'", "missing"];
const names = [
  "a",
  "b",
  "c",
  "d",
  "id",
  "name",
  "price",
  "tags",
  "sub",
  "items",
  "one",
  "none",
  "nested",
  "s",
  "missing",
  "*",
  "**",
];
const arrays = [
  "items",
  "one",
  "none",
  "nested",
  "a.d",
  "items.tags",
  "items.sub.n",
  "[1, 2, 3]",
  "[]",
  "[3, 1, 2]",
  "['b', 'a']",
  "[1..4]",
  "missing",
];
const objects = ["a", "items[0]", "one", "{}", "{'k': 1, 'l': [2]}", "$", "missing"];
const patterns = ["/[a-z]+/", "/l+/", "/(\\d+)/", "/([a-z])(\\d)/i", "/,\\s*/", "/^h/i", "/o$|W/", "/b|22/"];
const lambdas = [
  "function($x) { $x }",
  "function($x, $i) { $i }",
  "function($x) { $x = 1 }",
  "function($x, $y) { $x > $y }",
  "function($x, $y) { $string($x) & $string($y) }",
  "function($x) { $x.id }",
  "function($x) { [$x, $x] }",
  "function($x) { {'v': $x} }",
  "$string",
  "$count",
  "$uppercase",
];

export class ExpressionGenerator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  #pick(options: readonly string[]): string {
    return options[Math.floor(this.#random() * options.length)] ?? "";
  }

  /** One of these ways, each as likely. */
  #one(ways: readonly (() => string)[]): string {
    return (ways[Math.floor(this.#random() * ways.length)] ?? (() => "1"))();
  }

  any(depth: number): string {
    if (depth <= 0)
      return this.#pick([...numbers, ...texts, ...arrays, ...objects, "yes", "no", "nil", "true", "null"]);
    const next = depth - 1;
    return this.#one([
      () => this.#path(next),
      () => this.#path(next),
      () => this.#number(next),
      () => this.#text(next),
      () => this.#truth(next),
      () => this.#array(next),
      () => this.#array(next),
      () => this.#object(next),
      () => `(${this.any(next)} ? ${this.any(next)} : ${this.any(next)})`,
      () => `($v := ${this.any(next)}; $w := ${this.any(next)}; ${this.any(next)})`,
      () => `(${this.any(next)})[${this.#index(next)}]`,
    ]);
  }

  #index(depth: number): string {
    return this.#one([
      () => this.#pick(["0", "1", "-1", "5", "[0, 2]", "[1..2]", "$ > 1", "id", "true", "price > 2", "%.n = 7"]),
      () => this.#truth(depth),
    ]);
  }

  #step(depth: number): string {
    const name = this.#pick(names);
    return this.#one([
      () => name,
      () => name,
      () => `${name}[${this.#index(depth)}]`,
      () => `${name}[]`,
      () => `(${this.any(depth)})`,
      () => `[${this.any(depth)}, ${name}]`,
      () => `{'k': ${this.any(depth)}}`,
      () => `$`,
      () => `${name}#$v`,
      () => `${name}@$w`,
      () => `%`,
      () => `$string()`,
    ]);
  }

  #path(depth: number): string {
    const length = 1 + Math.floor(this.#random() * 3);
    const start = this.#pick(["items", "a", "one", "nested", "$", "$$", "$v", "items[0]", "none"]);
    const steps = [start, ...Array.from({ length }, () => this.#step(depth))].join(".");
    return this.#one([
      () => steps,
      () => steps,
      () => `${steps}^(${this.#pick(["id", ">price", "<name", "$", "price, >id"])})`,
      () =>
        `${steps}{${this.#pick(["name", "'k'", "$string(id)"])}: ${this.#pick(["id", "$", "$count($)", "price[]"])}}`,
      () => `${steps}[]`,
    ]);
  }

  #number(depth: number): string {
    if (depth <= 0) return this.#pick(numbers);
    const next = depth - 1;
    return this.#one([
      () => `(${this.#number(next)} ${this.#pick(["+", "-", "*", "/", "%"])} ${this.#number(next)})`,
      () => `-${this.#pick(numbers)}`,
      () => `$${this.#pick(["sum", "max", "min", "average", "count"])}(${this.#array(next)})`,
      () => `$${this.#pick(["abs", "floor", "ceil", "round", "sqrt", "number", "length"])}(${this.any(next)})`,
      () => `$round(${this.#number(next)}, ${this.#pick(["0", "1", "-1", "2"])})`,
      () => `$power(${this.#number(next)}, ${this.#number(next)})`,
      () => `$parseInteger(${this.#pick(["'12', '0'", "'xii', 'i'", "'twelve', 'w'", "'1,234', '#,##0'"])})`,
    ]);
  }

  #text(depth: number): string {
    if (depth <= 0) return this.#pick(texts);
    const next = depth - 1;
    return this.#one([
      () => `(${this.any(next)} & ${this.any(next)})`,
      () =>
        `$${this.#pick(["string", "uppercase", "lowercase", "trim", "type", "base64encode", "encodeUrlComponent"])}(${this.any(next)})`,
      () => `$substring(${this.#text(next)}, ${this.#number(0)}, ${this.#number(0)})`,
      () => `$${this.#pick(["substringBefore", "substringAfter"])}(${this.#text(next)}, ${this.#text(0)})`,
      () => `$join(${this.#array(next)}, ${this.#text(0)})`,
      () => `$pad(${this.#text(next)}, ${this.#pick(["5", "-8", "20"])}, ${this.#pick(["'-'", "'ab'", "''"])})`,
      () =>
        `$replace(${this.#text(next)}, ${this.#pick([...patterns, "'l'", "'a'"])}, ${this.#pick(["'-'", "'<$1>'", "'$0$$'"])})`,
      () => `$formatNumber(${this.#number(next)}, ${this.#pick(["'0.00'", "'#,##0.##'", "'00%'"])})`,
      () => `$formatBase(${this.#number(next)}, ${this.#pick(["2", "16", "36"])})`,
      () => `$formatInteger(${this.#number(next)}, ${this.#pick(["'0'", "'w'", "'I'", "'a'", "'#,##0'", "'1;o'"])})`,
    ]);
  }

  #truth(depth: number): string {
    const next = depth - 1;
    if (depth <= 0) return this.#pick(["yes", "no", "true", "id = 1", "n > 3"]);
    return this.#one([
      () => `(${this.any(next)} ${this.#pick(["=", "!=", "in"])} ${this.any(next)})`,
      () => `(${this.#number(next)} ${this.#pick(["<", "<=", ">", ">="])} ${this.#number(next)})`,
      () => `(${this.any(next)} ${this.#pick(["and", "or"])} ${this.any(next)})`,
      () => `$${this.#pick(["not", "boolean", "exists"])}(${this.any(next)})`,
      () => `$contains(${this.#text(next)}, ${this.#pick([...patterns, "'l'"])})`,
    ]);
  }

  #array(depth: number): string {
    if (depth <= 0) return this.#pick(arrays);
    const next = depth - 1;
    const lambda = this.#pick(lambdas);
    return this.#one([
      () => `[${this.any(next)}, ${this.any(next)}]`,
      () => `$${this.#pick(["map", "filter"])}(${this.#array(next)}, ${lambda})`,
      () =>
        `$reduce(${this.#array(next)}, function($x, $y) { ${this.#pick(["$x + $y", "$append($x, $y)", "$x & $y"])} })`,
      () => `$${this.#pick(["reverse", "distinct", "sort", "keys", "spread", "append", "zip"])}(${this.#array(next)})`,
      () => `$${this.#pick(["append", "zip"])}(${this.#array(next)}, ${this.#array(next)})`,
      () => `$sort(${this.#array(next)}, function($x, $y) { $x > $y })`,
      () => `$split(${this.#text(next)}, ${this.#pick([...patterns, "','", "''"])})`,
      () => `$match(${this.#text(next)}, ${this.#pick(patterns)})`,
      () => `(${this.#array(next)} ~> $map(${lambda}))`,
      () => `$single(${this.#array(next)}, ${lambda})`,
    ]);
  }

  #object(depth: number): string {
    if (depth <= 0) return this.#pick(objects);
    const next = depth - 1;
    return this.#one([
      () => `{${this.#pick(["'k'", "name", "$string(n)"])}: ${this.any(next)}, 'l': ${this.any(next)}}`,
      () => `$merge(${this.#array(next)})`,
      () => `$sift(${this.#object(next)}, ${this.#pick(lambdas)})`,
      () => `$each(${this.#object(next)}, function($x, $k) { $k & $string($x) })`,
      () => `$lookup(${this.any(next)}, ${this.#pick(["'id'", "'name'", "'k'"])})`,
      () =>
        `(${this.#object(next)} ~> |${this.#pick(["$", "**", "a", "items"])}|{'z': ${this.any(next)}}${this.#pick(["", ", 'id'", ", ['name', 'k']"])}|)`,
    ]);
  }
}
