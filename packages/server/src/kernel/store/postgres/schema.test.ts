import assert from "node:assert/strict";
import { test } from "node:test";
import { postgresStatement } from "./schema.ts";

test("text sorts by code point, blobs are bytea, indexes have nulls first", () => {
  assert.equal(
    postgresStatement("CREATE TABLE t (text text NOT NULL, n bigint, data blob, PRIMARY KEY (text, n))"),
    'CREATE TABLE t (text text COLLATE "C" NOT NULL, n bigint, data bytea, PRIMARY KEY (text, n))',
  );
  assert.equal(
    postgresStatement("ALTER TABLE t ADD COLUMN scope text NOT NULL DEFAULT 'queue'"),
    `ALTER TABLE t ADD COLUMN scope text COLLATE "C" NOT NULL DEFAULT 'queue'`,
  );
  assert.equal(
    postgresStatement("CREATE INDEX i ON t (text, n)"),
    "CREATE INDEX i ON t (text NULLS FIRST, n NULLS FIRST)",
  );
});

test("what moves rows stays as it is, what is not known is refused", () => {
  for (const sql of ["DROP TABLE t", "INSERT INTO t (n) SELECT MAX(n) FROM u GROUP BY m"])
    assert.equal(postgresStatement(sql), sql);
  assert.throws(() => postgresStatement("PRAGMA user_version = 1"), /does not know/);
  assert.throws(() => postgresStatement("CREATE TRIGGER t"), /does not know/);
});
