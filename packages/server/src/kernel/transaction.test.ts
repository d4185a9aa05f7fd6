import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommitPipeline } from "./commit-pipeline.ts";
import { ResidentTable } from "./resident-table.ts";
import { counter, counters, HeldStore } from "./testing/fixtures.ts";
import type { CounterRow } from "./testing/fixtures.ts";
import { defineTable } from "./table.ts";
import type { TableDefinition } from "./table.ts";
import { Transaction } from "./transaction.ts";
import { VirtualClock } from "./virtual-clock.ts";

interface LineRow {
  readonly shard: number;
  readonly book: string;
  readonly number: number;
  readonly text: string;
}

const lines = defineTable<LineRow>({
  name: "test_lines",
  residency: "paged",
  columns: { shard: "integer", book: "text", number: "integer", text: "text" },
  key: ["book", "number"],
});

function start() {
  const table = new ResidentTable<CounterRow>(counters);
  table.load([counter("a", 1), counter("b", 2)]);
  const tables = {
    mayWrite: (shard: number) => shard === 0,
    resident<Row extends object>(definition: TableDefinition<Row>): ResidentTable<Row> {
      assert.equal(definition.name, counters.name, "a paged table is not asked for in memory");
      return table as unknown as ResidentTable<Row>;
    },
  };
  const { open: group } = new CommitPipeline(new HeldStore(), new VirtualClock(0), () =>
    assert.fail("nothing is committed here"),
  );
  const tx = new Transaction(tables, group, 1_000);
  const rows = (): string[] => [...table.scan("by_count", [])].map((row) => `${row.name}=${row.count}`);
  return { tx, group, table, rows };
}

describe("rows in memory", () => {
  test("are changed at once, in the table, its indexes and the group", () => {
    const { tx, group, table, rows } = start();
    tx.insert(counters, counter("c", 0));
    tx.put(counters, counter("a", 9));
    tx.delete(counters, "b");
    assert.deepEqual(rows(), ["c=0", "a=9"]);
    assert.equal(tx.get(counters, "b"), undefined);
    assert.deepEqual(tx.get(counters, "a"), counter("a", 9));
    assert.deepEqual([...tx.scan(counters, "by_count", [0])], [counter("c", 0)]);
    assert.equal(table.size, 2);
    assert.deepEqual(
      group.operations.map(({ kind }) => kind),
      ["insert", "put", "delete"],
    );
  });

  test("an insert of a key that is there is refused and changes nothing", () => {
    const { tx, group, rows } = start();
    assert.throws(() => tx.insert(counters, counter("a", 5)), /test_counters: key a exists/);
    assert.deepEqual(rows(), ["a=1", "b=2"]);
    assert.deepEqual(group.operations, []);
  });
});

describe("an update", () => {
  test("writes the columns of the patch only, gives the new row, and leaves the old one as it was", () => {
    const { tx, group } = start();
    const before = tx.get(counters, "a");
    const after = tx.update(counters, ["a"], { count: 7 });
    assert.deepEqual(after, counter("a", 7));
    assert.deepEqual(before, counter("a", 1));
    assert.deepEqual(group.operations, [
      { kind: "update", table: counters, columns: ["count"], values: [7], key: ["a"] },
    ]);
  });

  test("with an empty patch writes nothing", () => {
    const { tx, group } = start();
    assert.deepEqual(tx.update(counters, ["a"], {}), counter("a", 1));
    assert.equal(tx.update(lines, ["x", 1], {}), undefined);
    assert.deepEqual(group.operations, []);
  });

  test("of a row that is not there, of a column that is not, or of the key is refused", () => {
    const { tx, group, rows } = start();
    assert.throws(() => tx.update(counters, ["z"], { count: 1 }), /no row z to update/);
    assert.throws(() => tx.update(counters, ["a"], { name: "z" }), /key column name cannot change/);
    assert.throws(() => tx.update(lines, ["x", 1], { number: 2 }), /key column number cannot change/);
    const stray: Partial<LineRow> & { readonly stray: number } = { stray: 1 };
    assert.throws(() => tx.update(lines, ["x", 1], stray), /test_lines has no column stray/);
    tx.update(counters, ["a"], { name: "a", count: 3 });
    assert.deepEqual(rows(), ["b=2", "a=3"]);
    assert.equal(group.operations.length, 1);
  });
});

describe("rows in the store", () => {
  test("are only written", () => {
    const { tx, group } = start();
    tx.insert(lines, { shard: 0, book: "x", number: 1, text: "one" });
    assert.equal(tx.update(lines, ["x", 1], { text: "uno" }), undefined);
    tx.delete(lines, "x");
    assert.deepEqual(group.operations, [
      { kind: "insert", table: lines, values: [0, "x", 1, "one"] },
      { kind: "update", table: lines, columns: ["text"], values: ["uno"], key: ["x", 1] },
      { kind: "delete", table: lines, key: ["x"] },
    ]);
  });

  test("of a resident table are deleted one by one: the whole key is needed", () => {
    const { tx, rows } = start();
    assert.throws(() => tx.delete(counters), /a whole key is needed/);
    assert.deepEqual(rows(), ["a=1", "b=2"]);
  });
});

describe("a rollback", () => {
  test("brings back every row as it was, whatever happened to it in between", () => {
    const { tx, group, rows } = start();
    tx.update(counters, ["a"], { count: 5 });
    tx.delete(counters, "a");
    tx.insert(counters, counter("a", 6));
    tx.insert(counters, counter("c"));
    tx.delete(counters, "c");
    tx.delete(counters, "b");
    tx.afterCommit(() => assert.fail("undone"));
    tx.rollback();
    assert.deepEqual(rows(), ["a=1", "b=2"]);
    assert.deepEqual([group.operations, group.afterCommit], [[], []]);
    assert.equal(tx.outcome(), "nothing");
  });

  test("undoes what stands beside the tables, last first", () => {
    const { tx } = start();
    const undone: unknown[] = [];
    tx.onUndo(() => undone.push("first"));
    tx.update(counters, ["a"], { count: 5 });
    tx.onUndo(() => undone.push(tx.get(counters, "a")?.count));
    tx.rollback();
    assert.deepEqual(undone, [5, "first"]);
  });

  test("leaves alone what an earlier transaction put into the group", () => {
    const { tx, group, table } = start();
    tx.insert(counters, counter("c"));
    const later = new Transaction(
      { mayWrite: () => true, resident: <Row extends object>() => table as unknown as ResidentTable<Row> },
      group,
      1,
    );
    later.insert(counters, counter("d"));
    later.rollback();
    assert.equal(group.operations.length, 1);
    assert.equal(later.outcome(), "nothing");
    assert.equal(tx.outcome(), "urgent");
  });
});

describe("a savepoint", () => {
  test("gives what its part gives", () => {
    const { tx, rows } = start();
    assert.equal(
      tx.savepoint(() => tx.update(counters, ["a"], { count: 4 })?.count),
      4,
    );
    assert.deepEqual(rows(), ["b=2", "a=4"]);
  });

  test("inside another undoes its own part, the outer one all of both", () => {
    const { tx, group, rows } = start();
    const undone: string[] = [];
    const inner = new Error("inner");
    assert.throws(
      () =>
        tx.savepoint(() => {
          tx.update(counters, ["a"], { count: 3 });
          tx.onUndo(() => undone.push("outer"));
          assert.throws(
            () =>
              tx.savepoint(() => {
                tx.update(counters, ["a"], { count: 8 });
                tx.onUndo(() => undone.push("inner"));
                tx.afterCommit(() => assert.fail("undone"));
                throw inner;
              }),
            inner,
          );
          assert.deepEqual(rows(), ["b=2", "a=3"]);
          assert.deepEqual(undone, ["inner"]);
          throw new Error("outer");
        }),
      /outer/,
    );
    assert.deepEqual(rows(), ["a=1", "b=2"]);
    assert.deepEqual(undone, ["inner", "outer"]);
    assert.deepEqual([group.operations, group.afterCommit], [[], []]);
  });

  test("that is undone does not defer what stands outside of it", () => {
    const { tx } = start();
    tx.update(counters, ["a"], { count: 3 });
    assert.throws(() =>
      tx.savepoint(() => {
        tx.deferDurability();
        throw new Error("no");
      }),
    );
    assert.equal(tx.outcome(), "urgent");
  });
});

describe("the end of a decision", () => {
  test("comes after all else, in the order of asking, and what a savepoint asked for is undone with it", () => {
    const { tx, group } = start();
    const done: string[] = [];
    tx.beforeEnd(() => {
      done.push("first");
      tx.insert(lines, { shard: 0, book: "x", number: 1, text: "last" });
    });
    assert.throws(() =>
      tx.savepoint(() => {
        tx.beforeEnd(() => done.push("undone"));
        throw new Error("broken on purpose");
      }),
    );
    tx.beforeEnd(() => done.push("second"));
    tx.delete(lines, "x");
    assert.deepEqual(done, []);
    tx.end();
    assert.deepEqual(done, ["first", "second"]);
    assert.deepEqual(
      group.operations.map(({ kind }) => kind),
      ["delete", "insert"],
    );
  });
});

describe("the outcome", () => {
  test("is nothing for a decision that only looked, urgent for one that wrote or has something to do", () => {
    const looked = start().tx;
    looked.get(counters, "a");
    assert.equal(looked.outcome(), "nothing");
    const wrote = start().tx;
    wrote.delete(lines, "x");
    assert.equal(wrote.outcome(), "urgent");
    const acts = start().tx;
    acts.afterCommit(() => undefined);
    assert.equal(acts.outcome(), "urgent");
  });

  test("is deferred when the decision says that nobody needs to wait", () => {
    const { tx } = start();
    tx.deferDurability();
    assert.equal(tx.outcome(), "nothing");
    tx.update(counters, ["a"], { count: 3 });
    assert.equal(tx.outcome(), "deferred");
  });
});
