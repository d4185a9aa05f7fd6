/**
 * What the services promise over the embedded store and in memory, they promise over PostgreSQL: their own suites, and
 * the ones that kill servers, run again over a database. The services' remaining suites run so by hand:
 *
 *     TUTTI_TEST_STORE=postgres://tutti@127.0.0.1:5432/tutti npm test -- services
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { globSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { after, before, describe, test } from "node:test";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

const suites = [
  "packages/server/src/services/sqs/{receiving,redrive,restart,fifo,slips}.test.ts",
  "packages/server/src/services/states/{executions,tasks}.test.ts",
  "test/e2e/{crash,states-crash,states-load-crash}.test.ts",
];

describe("the suites of the services over PostgreSQL", requires("postgresql"), () => {
  let server: PostgresqlServer;
  before(async () => {
    // A power cut is not among what these suites do, and each of their tests makes its own tables.
    server = await startPostgresql("fsync=off", "max_connections=300");
  });
  after(() => server.stop());

  for (const pattern of suites) {
    test(pattern, async () => {
      const files = globSync(pattern, { cwd: root });
      assert.ok(files.length > 0);
      const url = await server.createDatabase();
      // A test inside a test would report to the outer one instead of for itself.
      const { NODE_TEST_CONTEXT: _, ...inherited } = process.env;
      const environment = { ...inherited, TUTTI_TEST_STORE: url };
      const words = ["--test", "--test-reporter=spec", "--test-concurrency=2", ...files];
      const child = spawn(process.execPath, words, { cwd: root, env: environment, stdio: ["ignore", "pipe", "pipe"] });
      const { code, output } = await ended(child);
      assert.equal(code, 0, output.slice(output.indexOf("failing tests")));
      const schemas = await server.query("SELECT 1 FROM pg_namespace WHERE nspname LIKE 'test%'", url);
      assert.ok(schemas.length > 0, "nothing was kept in the database");
    });
  }
});

async function ended(child: ChildProcess): Promise<{ readonly code: number | null; readonly output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
