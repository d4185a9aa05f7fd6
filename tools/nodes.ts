/**
 * `npm run nodes -- [count]`: PostgreSQL in a temporary folder and nodes of Tutti over it, at 4566, 4567 and so on, until
 * Ctrl-C. Nothing is left behind. For looking at what several nodes do; docs/operations.md says how to run them for good.
 */
import { once } from "node:events";
import { portDefault } from "../packages/server/src/server/options.ts";
import { findRequirement } from "../test/support/requirements.ts";
import { startPostgresql } from "../test/support/postgresql.ts";
import { startServerProcessOn } from "../test/support/server-process.ts";

const count = Number(process.argv[2] ?? 2);
if (!Number.isInteger(count) || count < 1 || count > 9) throw new Error("usage: npm run nodes -- [1 to 9]");
if (findRequirement("postgresql") === undefined)
  throw new Error("PostgreSQL's server is not installed: apt-get install postgresql, or see docs/operations.md");

const interrupted = Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
const postgresql = await startPostgresql();
try {
  const database = await postgresql.createDatabase();
  await using nodes = new AsyncDisposableStack();
  const urls: string[] = [];
  for (let index = 0; index < count; index += 1) {
    const words = ["--store", database, "--port", String(portDefault + index)];
    urls.push(nodes.use(await startServerProcessOn(words)).url);
  }
  console.log(`PostgreSQL  ${database}`);
  for (const url of urls) console.log(`node        ${url}   ${url}/_tutti/nodes`);
  console.log("Ctrl-C ends them.");
  await interrupted;
} finally {
  await postgresql.stop();
}
