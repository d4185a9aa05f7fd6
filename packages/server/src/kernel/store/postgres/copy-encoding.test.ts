/** What COPY reads in its text form: https://www.postgresql.org/docs/current/sql-copy.html, "Text Format". */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ColumnType, SqlValue } from "../../table.ts";
import { encodeRows } from "./copy-encoding.ts";

const encoded = (types: readonly ColumnType[], ...rows: SqlValue[][]): string =>
  encodeRows(types, [...types.keys()], rows).toString("utf8");

test("a line for a row, a tab between values, \\N for null", () => {
  assert.equal(encoded(["text", "integer"], ["a", 1], [null, null], ["", -2]), "a\t1\n\\N\t\\N\n\t-2\n");
});

test("a backslash stands before what would end a value or a line, and before itself", () => {
  assert.equal(encoded(["text"], ["a\tb\nc\rd\\e"]), "a\\tb\\nc\\rd\\\\e\n");
  assert.equal(encoded(["text", "text"], ["\\N", "\\."]), "\\\\N\t\\\\.\n");
  assert.equal(encoded(["json"], [JSON.stringify('say "hi"\n')]), '"say \\\\"hi\\\\"\\\\n"\n');
});

test("numbers and bytes in the forms of their types", () => {
  const numbers = [0.1, -0, 5e-324, Number.POSITIVE_INFINITY];
  assert.equal(encoded(["real", "real", "real", "real"], numbers), "0.1\t-0\t5e-324\tInfinity\n");
  // bytea's hex form is \x and digits.
  assert.equal(encoded(["blob", "boolean"], [Uint8Array.of(0, 255), 1]), "\\\\x00ff\t1\n");
  assert.throws(() => encoded(["integer"], [2 ** 53]), RangeError);
});

test("only the columns that are named, in their order", () => {
  assert.equal(encodeRows(["text", "text", "integer"], [0, 2], [["a", "left out", 3]]).toString(), "a\t3\n");
});
