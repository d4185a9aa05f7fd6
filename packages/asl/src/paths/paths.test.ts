import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { compilePath, compileReferencePath } from "./compile-path.ts";
import { checkTemplate, compileTemplate } from "./compile-template.ts";
import { PathNotFound, PathSyntaxError, ReferencePathMismatch, TemplateError } from "./errors.ts";

const store = {
  books: [
    { title: "A", price: 8, tags: ["x"] },
    { title: "B", price: 12, tags: [] },
    { title: "C", price: 23, isbn: "1" },
  ],
  "odd name": { "it's": 1 },
  list: [1, 2, 3, 4],
  nothing: null,
};

function read(path: string, input: Json = store): Json {
  return compilePath(path).evaluate({ input, context: { Execution: { Name: "e" } }, variables: { v: { a: 1 } } });
}

describe("reading", () => {
  // What Jayway JsonPath 2.10 answers, by its documentation.
  const cases: [string, Json][] = [
    ["$", store],
    ["$.list[0]", 1],
    ["$.list[-1]", 4],
    ["$.list[1:3]", [2, 3]],
    ["$.list[:2]", [1, 2]],
    ["$.list[-2:]", [3, 4]],
    ["$.list[0,2]", [1, 3]],
    ["$.list[9,0]", [1]],
    ["$['odd name']['it\\'s']", 1],
    ['$["nothing"]', null],
    ["$.books[*].title", ["A", "B", "C"]],
    ["$.books[0]['title','price']", { title: "A", price: 8 }],
    ["$..price", [8, 12, 23]],
    ["$..nope", []],
    ["$.books[?(@.isbn)].title", ["C"]],
    ["$.books[?(!@.isbn)].title", ["A", "B"]],
    ["$.books[?(@.price < 10 || @.price > 20)].title", ["A", "C"]],
    ["$.books[?(@.price < 20 && @.title != 'A')].title", ["B"]],
    ["$.books[?(@.title in ['A', 'C'])].price", [8, 23]],
    ["$.books[?(@.title nin ['A', 'C'])].price", [12]],
    ["$.books[?(@.title =~ /[ab]/i)].price", [8, 12]],
    ["$.books[?(@.tags empty true)].title", ["B"]],
    ["$.books[?(@.price > $.list[3])].title", ["A", "B", "C"]],
    ["$.list[?(@ >= 3)]", [3, 4]],
    ["$.list.length()", 4],
    ["$.list.sum()", 10],
    ["$.list.avg()", 2.5],
    ["$.list.max()", 4],
    ["$.books[0].keys()", ["title", "price", "tags"]],
    ["$$.Execution.Name", "e"],
    ["$v.a", 1],
  ];
  for (const [path, expected] of cases) test(path, () => assert.deepEqual(read(path), expected));

  test("a definite path that names nothing says so in Jayway's words", () => {
    const missing: [string, string][] = [
      ["$.NoSuchInputPath", "No results for path: $['NoSuchInputPath']"],
      ["$.no.such.result.path", "Missing property in path $['no']"],
      ["$.list[7]", "No results for path: $['list'][7]"],
      ["$.list[7].x", "No results for path: $['list'][7]['x']"],
      ["$.toString", "No results for path: $['toString']"],
    ];
    for (const [path, message] of missing)
      assert.throws(
        () => read(path),
        (error) => error instanceof PathNotFound && error.message === message,
      );
  });

  test("what is no path is refused, never anything else", () => {
    for (const path of [
      "",
      "a",
      "$.",
      "$[",
      "$['a",
      "$.a b",
      "$[?(@.a ==)]",
      "$[?(@.a =~ /(?=a)a/)]",
      "$[?(@.a =~ /(a)\\1/)]",
      "$[?(@.a =~ /a++/)]",
      "$[?(@.a =~ /((a{999}){999}){999}/)]",
      "$[?($v.a)]",
      "$.a.nofunction()",
      "$[1.5]",
      `$${".a".repeat(3000)}`,
      `$[?(${"(".repeat(99)}`,
    ]) {
      assert.throws(() => compilePath(path), PathSyntaxError, path);
    }
  });
});

describe("bounds", () => {
  // A pattern that keeps a backtracking engine busy for longer than the universe is old.
  test("no regular expression can run away", () => {
    const text = "a".repeat(5_000);
    assert.deepEqual(read("$[?(@ =~ /(a+)+b/)]", [text]), []);
    assert.deepEqual(read("$[?(@ =~ /(a|a)*a*a*a*/)]", [text]), [text]);
    assert.throws(
      () => read("$[?(@ =~ /(a{1,60}){1,30}b/)]", [text]),
      failsWith("The regular expression takes too long"),
    );
  });

  test("no path can look at more values than a million", () => {
    let value: Json = 1;
    for (let depth = 0; depth < 300; depth += 1) value = { a: value };
    assert.throws(() => read("$..*..*..*..*", value), failsWith("The path looks at more than 1000000 values"));
  });

  test("what a filter asks of the root is asked once", () => {
    const many = Array.from({ length: 5_000 }, (_, index) => index);
    assert.deepEqual(read("$.many[?(@ == $..many.length())]", { many: [...many, 5_001] }), [5_001]);
    assert.deepEqual(read("$.many[?(@ == $.many.x)]", { many }), []);
  });

  test("depth costs no stack", () => {
    let value: Json = { deepest: 1 };
    for (let depth = 0; depth < 50_000; depth += 1) value = [value];
    assert.deepEqual(read("$..deepest", value), [1]);
  });
});

function failsWith(message: string): (error: unknown) => boolean {
  return (error) => error instanceof PathNotFound && error.failure === "failed" && error.message === message;
}

describe("writing", () => {
  test("makes objects on the way and leaves the original alone", () => {
    const target = { a: { b: 1 }, list: [1, { c: 2 }] };
    const before = structuredClone(target);
    assert.deepEqual(compileReferencePath("$.a.x.y").write(target, 9), { ...target, a: { b: 1, x: { y: 9 } } });
    assert.deepEqual(compileReferencePath("$.list[1].c").write(target, 9), { ...target, list: [1, { c: 9 }] });
    assert.equal(compileReferencePath("$").write(target, 9), 9);
    assert.deepEqual(target, before);
  });

  test("refuses a value of another kind, and an index that is not there", () => {
    for (const path of ["$.a.b.c", "$.list[5]", "$.list.x", "$.a[0]"]) {
      assert.throws(() => compileReferencePath(path).write({ a: { b: 1 }, list: [] }, 1), ReferencePathMismatch, path);
    }
    for (const path of ["$.a*b", "$.a,b", "$.a?b", "$.a@b", "$.a:b"])
      assert.throws(() => compileReferencePath(path), PathSyntaxError, path);
    assert.deepEqual(compileReferencePath("$['a*b']['c,d']").write({}, 1), { "a*b": { "c,d": 1 } });
    for (const path of ["$.a[*]", "$..a", "$.a[0:1]", "$$.a", "$.a[-1]", "$.a.length()"])
      assert.throws(() => compileReferencePath(path), PathSyntaxError, path);
  });

  test("takes __proto__ for a name like any other", () => {
    const written = compileReferencePath("$.__proto__.polluted").write({}, true);
    assert.equal(JSON.stringify(written), '{"__proto__":{"polluted":true}}');
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  });
});

describe("templates", () => {
  const scope = { input: { name: "Ada", n: 3 }, context: { Task: { Token: "t" } } };

  test("fill in paths and intrinsic functions, at any depth", () => {
    const template = compileTemplate({
      plain: "$.name",
      "who.$": "$.name",
      deep: [{ "token.$": "$$.Task.Token", "text.$": "States.Format('{} {}', $.name, $.n)" }],
    });
    assert.deepEqual(template.evaluate(scope), { plain: "$.name", who: "Ada", deep: [{ token: "t", text: "Ada 3" }] });
  });

  test("name every problem", () => {
    const found = checkTemplate({ "a.$": "not a path", "b.$": 3, b: 1, c: [{ "d.$": "States.Nope()" }] });
    assert.deepEqual(
      found.map(({ pointer }) => pointer),
      ["/a.$", "/b.$", "/b.$", "/c/0/d.$"],
    );
  });

  test("say which path could not be found", () => {
    assert.throws(
      () => compileTemplate({ "value.$": "$.x" }).evaluate(scope),
      (error) =>
        error instanceof TemplateError &&
        error.errorName === "States.Runtime" &&
        error.cause ===
          `The JSONPath '$.x' specified for the field 'value.$' could not be found in the input '{"name":"Ada","n":3}'`,
    );
  });
});
