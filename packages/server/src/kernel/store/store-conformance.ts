/** The promises of `Store`, as tests that every implementation passes. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { defineTable } from "../table.ts";
import type { TableDefinition } from "../table.ts";
import type { Migration } from "./migration.ts";
import type { Store, WriteOperation } from "./store.ts";

interface NoteRow {
  readonly shard: number;
  readonly book: string;
  readonly page: number;
  readonly text: string | null;
  readonly detail: unknown;
  readonly done: boolean;
}

export const notes = defineTable<NoteRow>({
  name: "test_notes",
  residency: "paged",
  columns: { shard: "integer", book: "text", page: "integer", text: "text", detail: "json", done: "boolean" },
  key: ["book", "page"],
  indexes: { by_text: ["text"] },
});

export const noteMigrations: readonly Migration[] = [
  {
    module: "test",
    number: 1,
    statements: [
      "CREATE TABLE test_notes (shard integer NOT NULL, book text NOT NULL, page bigint NOT NULL, text text, detail text, done integer NOT NULL, PRIMARY KEY (book, page))",
      "CREATE INDEX test_notes_by_text ON test_notes (text, book, page)",
    ],
  },
];

export function note(book: string, page: number, text: string | null = null, detail: unknown = null): NoteRow {
  return { shard: 1, book, page, text, detail, done: page % 2 === 0 };
}

const table = notes as unknown as TableDefinition;
const insert = (row: NoteRow): WriteOperation => ({ kind: "insert", table, values: notes.encode(row) });
const put = (row: NoteRow): WriteOperation => ({ kind: "put", table, values: notes.encode(row) });

/** @param open a store over the same data every time it is called within one test, empty at first */
export function testStore(name: string, prepare: () => Promise<{ open(): Store; remove(): Promise<void> }>): void {
  const withStore = async (body: (store: Store, reopen: () => Promise<Store>) => Promise<void>): Promise<void> => {
    const place = await prepare();
    let store = place.open();
    await store.migrate(noteMigrations);
    const reopen = async (): Promise<Store> => {
      await store.close();
      store = place.open();
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

    test("applies a group whole or not at all", () =>
      withStore(async (store) => {
        await store.commit([insert(note("a", 1, "first"))]);
        const durable = store.durable;
        await assert.rejects(store.commit([insert(note("a", 2)), insert(note("a", 1, "again"))]));
        if (durable) assert.deepEqual(await store.load(notes), [note("a", 1, "first")]);
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

    test("counts the rows whose key begins so", () =>
      withStore(async (store) => {
        await store.commit([insert(note("a", 1)), insert(note("a", 2)), insert(note("b", 1))]);
        assert.deepEqual(
          await Promise.all([[], ["a"], ["b", 1], ["c"]].map((equals) => store.count(notes, equals))),
          [3, 2, 1, 0],
        );
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
