/** A server with a store of its own that is not as it should be: what it says, and that it lets go of the directory. */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { test } from "node:test";
import type { TestContext } from "node:test";
import { lockDataDirectory } from "../kernel/store/data-directory.ts";
import { StoreFault } from "../kernel/store/store-errors.ts";
import { startServer } from "./tutti-server.ts";
import type { TuttiServer } from "./tutti-server.ts";

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), "tutti-server-"));
  context.after(() => rmSync(folder, { recursive: true }));
  return folder;
}

function start(dataDirectory: string, change: Partial<Parameters<typeof startServer>[0]> = {}): Promise<TuttiServer> {
  return startServer({
    port: 0,
    host: "127.0.0.1",
    dataDirectory,
    clock: "real",
    logLevel: "error",
    writeLog: (line) => assert.fail(line),
    allowRemote: false,
    onFatal: (error) => assert.fail(String(error)),
    ...change,
  });
}

test("a store that cannot be opened is named with the reason, and the directory is free again", async (context) => {
  const folder = folderOf(context);
  const spoil: Readonly<Record<string, (path: string) => unknown>> = {
    "file is not a database": (path) => writeFileSync(path, "something else, and long enough to be taken for a page"),
    "unable to open database file": (path) => mkdirSync(path),
  };
  for (const [reason, make] of Object.entries(spoil)) {
    const directory = join(folder, reason.replaceAll(" ", "-"));
    mkdirSync(directory);
    make(join(directory, "tutti.db"));
    await assert.rejects(start(directory), (error) => {
      assert.ok(error instanceof StoreFault, String(error));
      assert.equal(error.code, "TUTTI-0111");
      assert.ok(error.message.endsWith(reason), error.message);
      return true;
    });
    lockDataDirectory(directory).release();
  }
});

test("a directory that cannot be made is refused by the same code", async (context) => {
  const folder = folderOf(context);
  writeFileSync(join(folder, "file"), "");
  await assert.rejects(start(join(folder, "file", "data")), /^StoreFault: TUTTI-0111: the data directory .*: ENOTDIR/);
});

test("a store that fails under a running server ends it, by a code that has a page", async (context) => {
  const folder = folderOf(context);
  const failed = Promise.withResolvers<unknown>();
  const lines: string[] = [];
  const server = await start(folder, { onFatal: failed.resolve, writeLog: (line) => lines.push(line) });
  const somebody = new DatabaseSync(join(folder, "tutti.db"));
  somebody.exec("DROP TABLE sqs_queues");
  somebody.close();
  const client = connect(Number(new URL(server.url).port), "127.0.0.1");
  client.on("data", (answer) => assert.fail(`answered: ${answer.toString()}`));
  const head = ["POST / HTTP/1.1", "host: localhost", "x-amz-target: AmazonSQS.CreateQueue", "content-length: 17"];
  client.write(`${head.join("\r\n")}\r\n\r\n{"QueueName":"q"}`);
  assert.match(String(await failed.promise), /no such table/);
  assert.match(lines[0] ?? "", /"message":"TUTTI-0112: stopping at once/);
  client.resetAndDestroy();
  await server.stop();
});

test("bodies share what the options allow, and metrics say how much they hold and how many wait", async (context) => {
  const server = await start(folderOf(context), { bodyBudgetBytes: 100_000 });
  const port = Number(new URL(server.url).port);
  const head = ["POST / HTTP/1.1", "host: localhost", "x-amz-target: AmazonSQS.ListQueues", "content-length: 90000"];
  const clients = [1, 2].map(() => connect(port, "127.0.0.1").on("error", () => undefined));
  for (const client of clients) client.write(`${head.join("\r\n")}\r\n\r\n`);
  const gauges = async (): Promise<string[]> => {
    const text = await (await fetch(`${server.url}/metrics`)).text();
    return text.split("\n").filter((line) => line.startsWith("tutti_request_bod"));
  };
  const shown = (bytes: number, waiting: number): string[] => [
    `tutti_request_body_bytes{from="clients"} ${bytes}`,
    `tutti_request_bodies_waiting{from="clients"} ${waiting}`,
  ];
  while ((await gauges()).join() !== shown(90_000, 1).join()) continue;
  for (const client of clients) client.destroy();
  while ((await gauges()).join() !== shown(0, 0).join()) continue;
  await server.stop();
});
