import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { describe, test } from "node:test";
import { compareTuples, compareValues, defineTable, joinKey } from "./table.ts";
import type { SqlValue } from "./table.ts";

interface Row {
  readonly shard: number;
  readonly owner: string;
  readonly number: number;
  readonly ratio?: number | undefined;
  readonly active?: boolean | undefined;
  readonly details?: unknown;
  readonly body?: Uint8Array | undefined;
}

const columns = {
  shard: "integer",
  owner: "text",
  number: "integer",
  ratio: "real",
  active: "boolean",
  details: "json",
  body: "blob",
} as const;

const table = defineTable<Row>({
  name: "things",
  residency: "paged",
  columns,
  key: ["owner", "number"],
  indexes: { by_ratio: ["ratio"], by_number: ["number", "active"] },
});

describe("a table", () => {
  test("writes a row as SQL values and reads it back", () => {
    const row: Row = {
      shard: 3,
      owner: "ö",
      number: 2 ** 53 - 1,
      ratio: 0.5,
      active: false,
      details: { list: [1, null], text: "\u0000" },
      body: new Uint8Array([0, 255]),
    };
    const values = table.encode(row);
    assert.deepEqual(values, [3, "ö", 9007199254740991, 0.5, 0, '{"list":[1,null],"text":"\\u0000"}', row.body]);
    assert.deepEqual(table.decode(values), row);
    assert.equal(table.decode(table.encode({ ...row, active: true })).active, true);
  });

  test("absent columns are null in the store", () => {
    const values = table.encode({ shard: 0, owner: "a", number: 1 });
    assert.deepEqual(values, [0, "a", 1, null, null, null, null]);
    assert.equal(table.decode(values).details, null);
  });

  test("an index is ordered by its columns, then by what is left of the key", () => {
    assert.deepEqual(table.indexes, {
      key: ["owner", "number"],
      by_ratio: ["ratio", "owner", "number"],
      by_number: ["number", "active", "owner"],
    });
  });

  test("a key is one string, the same from a row and from values, and no other row's", () => {
    const row = { shard: 0, owner: "a", number: 12 };
    assert.equal(table.keyOf(row), joinKey(["a", 12]));
    assert.deepEqual(table.keyValues(row), ["a", 12]);
    assert.notEqual(table.keyOf(row), table.keyOf({ ...row, owner: "a1", number: 2 }));
    const single = defineTable<Row>({ name: "others", residency: "resident", columns, key: ["number"] });
    assert.equal(single.keyOf(row), joinKey([12]));
  });
});

describe("the order of values", () => {
  test("is SQLite's: null, numbers, then text by code point", () => {
    const texts = ["", "a", "aa", "b", "B", "é", "\u{d7ff}", "\u{e000}", "\u{ffff}", "\u{10000}", "\u{10ffff}"];
    const mixed = ["a\u{1f600}", "a\u{ff01}"];
    const numbers = [0, -1, 1.5, 2 ** 53 - 1, -0.25, 10, 9];
    const values: SqlValue[] = [...texts, ...mixed, ...numbers, null];
    const database = new DatabaseSync(":memory:");
    database.exec("CREATE TABLE t (v)");
    const insert = database.prepare("INSERT INTO t VALUES (?)");
    for (const value of values) insert.run(value);
    const expected = database
      .prepare("SELECT v FROM t ORDER BY v")
      .all()
      .map(({ v }) => v);
    database.close();
    assert.deepEqual(values.toSorted(compareValues), expected);
  });

  test("of tuples is that of the first difference, as far as both reach", () => {
    assert.ok(compareTuples(["a", 2], ["a", 10]) < 0);
    assert.ok(compareTuples(["b", 1], ["a", 2]) > 0);
    assert.equal(compareTuples(["a", 1], ["a", 1]), 0);
    assert.equal(compareTuples(["a", 1], ["a"]), 0);
    assert.ok(compareTuples([null], [0]) < 0);
  });
});
