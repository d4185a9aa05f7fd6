/** The promises of `Store`, as tests that every implementation passes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SeededRandom } from "../random.ts";
import { defineTable } from "../table.ts";
import type { TableDefinition } from "../table.ts";
import { MemoryStore } from "./memory-store.ts";
import type { Migration } from "./migration.ts";
import type { Store, WriteOperation } from "./store.ts";

interface NoteRow {
  readonly shard: number;
  readonly book: string;
  readonly page: number;
  readonly text: string | null;
  readonly detail: unknown;
  readonly done: boolean;
  readonly score: number | null;
  readonly bytes: Uint8Array | null;
}

export const notes = defineTable<NoteRow>({
  name: "test_notes",
  residency: "paged",
  columns: {
    shard: "integer",
    book: "text",
    page: "integer",
    text: "text",
    detail: "json",
    done: "boolean",
    score: "real",
    bytes: "blob",
  },
  key: ["book", "page"],
  indexes: { by_text: ["text"] },
});

export const noteMigrations: readonly Migration[] = [
  {
    module: "test",
    number: 1,
    statements: [
      "CREATE TABLE test_notes (shard integer NOT NULL, book text NOT NULL, page bigint NOT NULL, text text, detail text, done integer NOT NULL, score double precision, bytes blob, PRIMARY KEY (book, page))",
      "CREATE INDEX test_notes_by_text ON test_notes (text, book, page)",
    ],
  },
];

export function note(book: string, page: number, text: string | null = null, detail: unknown = null): NoteRow {
  return { shard: 1, book, page, text, detail, done: page % 2 === 0, score: null, bytes: null };
}

const table = notes as unknown as TableDefinition;
const insert = (row: NoteRow): WriteOperation => ({ kind: "insert", table, values: notes.encode(row) });
const put = (row: NoteRow): WriteOperation => ({ kind: "put", table, values: notes.encode(row) });

/** Where the stores of one test live. */
export interface StorePlace {
  /** A store over the same data every time, empty at first. */
  open(): Store | Promise<Store>;
  remove(): Promise<void>;
}

export function testStore(name: string, prepare: () => Promise<StorePlace>): void {
  const withStore = async (body: (store: Store, reopen: () => Promise<Store>) => Promise<void>): Promise<void> => {
    const place = await prepare();
    let store = await place.open();
    await store.migrate(noteMigrations);
    const reopen = async (): Promise<Store> => {
      await store.close();
      store = await place.open();
      await store.migrate(noteMigrations);
      return store;
    };
    try {
      await body(store, reopen);
    } finally {
      await store.close();
      await place.remove();
    }
  };

  describe(name, () => {
    test("gives back what it was given, of every type", () =>
      withStore(async (store, reopen) => {
        const row = { ...note("a", 2, "ünï\u0000\u{1f600}", { list: [1, null, "x"], deep: { yes: true } }) };
        await store.commit([insert(row), insert(note("a", 1))]);
        assert.deepEqual(await (await reopen()).load(notes), [note("a", 1), row]);
      }));

    test("gives back texts that a database would rather not hold, and finds them", () =>
      withStore(async (store, reopen) => {
        const texts = [
          "\u0000",
          "a\u0000b",
          "\u0001",
          "\u0001\u0001",
          "\u0001A\u0000",
          "\u0001\u0001B",
          "\ud7ff",
          "\ud7ff\u0003",
        ];
        texts.push(
          "\ud800",
          "\udfffx",
          "x\udc00\ud800",
          "\ud83d\ude00\ud83d",
          '{"a":[1,null]}',
          'it\'s {\\N} "x", \\',
          "",
        );
        texts.push(
          "null",
          "NULL",
          "{a,b}",
          "a,b",
          " padded ",
          "\t\n\r",
          "'; DROP TABLE test_notes; --",
          "\u007f\u0080\ufffe",
          "\\N",
          "\\.",
          "\\t\\\\\n\\",
        );
        const inserted = texts.map((text, page) => note(`book ${text}`, page, text, { text }));
        const replaced = inserted.map((row) => ({ ...row, page: row.page + texts.length }));
        // One by one: how a text travels may depend on those beside it, and on what is done with it.
        for (const [page, row] of inserted.entries()) {
          await store.commit([insert(row)]);
          await store.commit([put(replaced[page] ?? row)]);
        }
        const again = await reopen();
        for (const [page, text] of texts.entries()) {
          const query = { table: notes, limit: 9 };
          const expected = [inserted[page], replaced[page]];
          assert.deepEqual(await again.range({ ...query, equals: [`book ${text}`] }), expected);
          assert.deepEqual(await again.range({ ...query, index: "by_text", equals: [text] }), expected);
        }
        const rows = [...inserted, ...replaced];
        await again.commit(rows.map((row) => ({ kind: "delete", table, key: [row.book, row.page] })));
        assert.equal(await again.count(notes, []), 0);
      }));

    test("gives back numbers and bytes exactly", () =>
      withStore(async (store, reopen) => {
        const scores = [0.1, -1.5e300, 5e-324, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null];
        const pages = [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 2 ** 32, -(2 ** 32) - 1, -1, 0];
        const rows = pages.map((page, index) => ({ ...note("a", page), score: scores[index] ?? null }));
        const all = Uint8Array.from({ length: 256 }, (_, index) => index);
        const withBytes = [new Uint8Array(), all, null].map((bytes, page) => ({ ...note("b", page), bytes }));
        await store.commit([...rows, ...withBytes].map(insert));
        const loaded = await (await reopen()).load(notes);
        assert.deepEqual(loaded, [...rows.toSorted((left, right) => left.page - right.page), ...withBytes]);
      }));

    test("applies a group whole or not at all", () =>
      withStore(async (store) => {
        await store.commit([insert(note("a", 1, "first"))]);
        const durable = store.durable;
        await assert.rejects(store.commit([insert(note("a", 2)), insert(note("a", 1, "again"))]));
        if (durable) assert.deepEqual(await store.load(notes), [note("a", 1, "first")]);
      }));

    test("applies nothing behind a group that failed, where it takes several at once", () =>
      withStore(async (store, reopen) => {
        if ((store.commitsAtOnce ?? 1) < 2) return;
        await store.commit([insert(note("a", 1, "first"))]);
        const results = await Promise.allSettled([
          store.commit([insert(note("a", 2))]),
          store.commit([insert(note("a", 1, "again"))]),
          store.commit([insert(note("a", 3))]),
        ]);
        assert.deepEqual(
          results.map(({ status }) => status),
          ["fulfilled", "rejected", "rejected"],
        );
        assert.deepEqual(await (await reopen()).load(notes), [note("a", 1, "first"), note("a", 2)]);
      }));

    test("puts, updates some columns, deletes one row and a run of rows", () =>
      withStore(async (store) => {
        await store.commit([insert(note("a", 1)), insert(note("a", 2)), insert(note("b", 1)), insert(note("b", 2))]);
        await store.commit([
          put(note("a", 1, "put")),
          { kind: "update", table, columns: ["text", "detail"], values: ["new", "[1]"], key: ["a", 2] },
          { kind: "update", table, columns: ["text"], values: ["nobody"], key: ["z", 9] },
          { kind: "delete", table, key: ["b"] },
        ]);
        assert.deepEqual(await store.load(notes), [note("a", 1, "put"), note("a", 2, "new", [1])]);
        await store.commit([{ kind: "delete", table, key: ["a", 1] }]);
        assert.deepEqual(await store.load(notes), [note("a", 2, "new", [1])]);
      }));

    test("what a group does to a row, it does in order", () =>
      withStore(async (store) => {
        const random = new SeededRandom(20_261_125);
        // The memory store applies one operation after another and is the measure for the others.
        const model = new MemoryStore();
        for (let round = 0; round < 40; round += 1) {
          const group = randomGroup(random, await store.load(notes));
          await store.commit(group);
          await model.commit(group);
          assert.deepEqual(await store.load(notes), await model.load(notes), `round ${round}`);
        }
      }));

    test("reads ranges forwards and backwards, beyond a place, up to a limit", () =>
      withStore(async (store) => {
        await store.commit([1, 2, 3, 4, 5].flatMap((page) => [insert(note("a", page)), insert(note("b", page))]));
        const pages = async (query: object): Promise<number[]> =>
          (await store.range({ table: notes, equals: ["a"], limit: 10, ...query })).map((row) => row.page);
        assert.deepEqual(await pages({}), [1, 2, 3, 4, 5]);
        assert.deepEqual(await pages({ after: [2] }), [3, 4, 5]);
        assert.deepEqual(await pages({ after: [2], limit: 1 }), [3]);
        assert.deepEqual(await pages({ descending: true }), [5, 4, 3, 2, 1]);
        assert.deepEqual(await pages({ descending: true, after: [3], limit: 5 }), [2, 1]);
        assert.deepEqual(await pages({ equals: ["c"] }), []);
        assert.equal((await store.range({ table: notes, equals: [], after: ["a", 4], limit: 3 })).length, 3);
      }));

    test("loads the rows of some shards", () =>
      withStore(async (store) => {
        const rows = [4, 3, 2, 1].map((shard) => ({ ...note("a", shard), shard }));
        await store.commit(rows.map(insert));
        const shards = async (wanted: number[]): Promise<number[]> =>
          (await store.load(notes, wanted)).map(({ shard }) => shard);
        assert.deepEqual(await shards([4, 1, 7]), [1, 4]);
        assert.deepEqual(await shards([]), []);
        assert.equal((await store.load(notes)).length, 4);
      }));

    test("loads a table of any size whole, in the order of its key", () =>
      withStore(async (store) => {
        // More than a page of any store, and not a number of whole pages of all of them.
        const rows = Array.from({ length: 4_500 }, (_, index) => ({
          ...note(`book ${index % 7}`, index),
          shard: index % 3,
        }));
        const inOrder = rows.toSorted((left, right) => (left.book < right.book ? -1 : left.book > right.book ? 1 : 0));
        await store.commit(rows.map(insert));
        assert.deepEqual(await store.load(notes), inOrder);
        assert.deepEqual(
          await store.load(notes, [0, 2]),
          inOrder.filter(({ shard }) => shard !== 1),
        );
        await store.commit(rows.slice(4_000).map(({ book, page }) => ({ kind: "delete", table, key: [book, page] })));
        assert.equal((await store.load(notes)).length, 4_000);
      }));

    test("counts the rows whose key begins so", () =>
      withStore(async (store) => {
        await store.commit([insert(note("a", 1)), insert(note("a", 2)), insert(note("b", 1))]);
        assert.deepEqual(
          await Promise.all([[], ["a"], ["b", 1], ["c"]].map((equals) => store.count(notes, equals))),
          [3, 2, 1, 0],
        );
      }));

    test("adds up a column in the rows whose key begins so", () =>
      withStore(async (store) => {
        await store.commit([insert(note("a", 1)), insert(note("a", 2)), insert(note("b", 5))]);
        const sums = [[], ["a"], ["b"], ["b", 5], ["c"]].map((equals) => store.sum(notes, equals, "page"));
        assert.deepEqual(await Promise.all(sums), [8, 3, 5, 5, 0]);
      }));

    test("orders text by code point", () =>
      withStore(async (store) => {
        const texts = ["\u{1f600}", "z", "\uffee", "Z", "é", "", "\ue000"];
        await store.commit(texts.map((text, page) => insert(note("a", page, text))));
        const sorted = (await store.range({ table: notes, index: "by_text", equals: [], limit: 99 })).map(
          (row) => row.text,
        );
        assert.deepEqual(sorted, ["", "Z", "z", "é", "\ue000", "\uffee", "\u{1f600}"]);
      }));

    test("keeps what was committed when opened again, and migrates once", () =>
      withStore(async (store, reopen) => {
        await store.commit([insert(note("a", 1))]);
        const again = await reopen();
        assert.equal((await again.load(notes)).length, 1);
        await again.migrate(noteMigrations);
        assert.equal((await again.load(notes)).length, 1);
      }));
  });
}

/** Operations on few rows, so that most rows get several; an insert only where there is no row. */
function randomGroup(random: SeededRandom, rows: readonly NoteRow[]): WriteOperation[] {
  const present = new Set(rows.map(({ book, page }) => `${book} ${page}`));
  const pick = (below: number): number => Math.floor(random.random() * below);
  return Array.from({ length: 1 + pick(30) }, (_, index): WriteOperation => {
    const [book, page] = ["ab"[pick(2)] ?? "a", pick(4)];
    const key = `${book} ${page}`;
    switch (pick(8)) {
      case 0:
        for (const other of present) if (other.startsWith(`${book} `)) present.delete(other);
        return { kind: "delete", table, key: [book] };
      case 1:
      case 2:
        present.delete(key);
        return { kind: "delete", table, key: [book, page] };
      case 3:
        return { kind: "update", table, columns: ["text"], values: [`update ${index}`], key: [book, page] };
      case 4:
        return { kind: "update", table, columns: ["done", "text"], values: [pick(2), null], key: [book, page] };
      default: {
        const row = { ...note(book, page, `put ${index}`), score: pick(2) === 0 ? null : index };
        const isNew = !present.has(key);
        present.add(key);
        return isNew && pick(2) === 0 ? insert(row) : put(row);
      }
    }
  });
}
