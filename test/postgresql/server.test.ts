/** The command on a PostgreSQL database: what it says, and that what it acknowledged is there after a `kill -9`. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startServerProcessOn } from "../support/server-process.ts";

const main = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));
const demo = fileURLToPath(new URL("../../examples/booking/demo.ts", import.meta.url));
const run = promisify(execFile);

describe("tutti on PostgreSQL", requires("postgresql"), () => {
  let postgresql: PostgresqlServer;
  before(async () => {
    postgresql = await startPostgresql();
  });
  after(() => postgresql.stop());

  test("says where data lives, without the password, and finds it again after kill -9", async () => {
    const url = (await postgresql.createDatabase()).replace("tutti@", "tutti:secret@");
    const bodies: (string | undefined)[] = [];
    for (const round of [1, 2]) {
      await using server = await startServerProcessOn(["--store", url]);
      assert.match(
        server.output,
        /data {6}PostgreSQL at 127\.0\.0\.1:\d+\/test1: it survives a restart, and a kill -9\n/,
      );
      assert.ok(!server.output.includes("secret"));
      const health = (await (await fetch(`${server.url}/_tutti/health`)).json()) as { data: string };
      assert.match(health.data, /^PostgreSQL at 127\.0\.0\.1:\d+\/test1$/);
      const sqs = new SQSClient({
        endpoint: server.url,
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      });
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
      if (round === 1) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "kept" }));
      else {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
        bodies.push(...Messages.map(({ Body }) => Body));
      }
      sqs.destroy();
      await server.kill();
    }
    assert.deepEqual(bodies, ["kept"]);
  });

  test("heeds the limits of messages in flight it is started with", async () => {
    const words = ["--store", await postgresql.createDatabase(), "--sqs-in-flight-max", "1"];
    await using server = await startServerProcessOn(words);
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const sqs = new SQSClient({ endpoint: server.url, region: "us-east-1", credentials });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
    for (const MessageBody of ["1", "2"]) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    await assert.rejects(sqs.send(new ReceiveMessageCommand({ QueueUrl })), { name: "OverLimit" });
    sqs.destroy();
  });

  test("runs the booking demo in a database", async () => {
    const url = await postgresql.createDatabase();
    const { stdout } = await run(process.execPath, [demo], { env: { ...process.env, TUTTI_STORE: url } });
    assert.match(stdout, /data in PostgreSQL at 127\.0\.0\.1:\d+\/test\d\n/);
    const bookings = await postgresql.query("SELECT arn FROM states_executions WHERE name LIKE 'booking-%'", url);
    assert.equal(bookings.length, 10);
  });

  test("doctor is silent about a good database, and says in a line what is wrong with another", async () => {
    const url = await postgresql.createDatabase();
    const doctor = (store: string): { status: number | null; stdout: string } => {
      const words = [main, "doctor", "--port", "0", "--store", store];
      const { status, stdout } = spawnSync(process.execPath, words, { encoding: "utf8" });
      return { status, stdout };
    };
    assert.deepEqual(doctor(url), { status: 0, stdout: "" });
    assert.equal((await postgresql.query("SELECT 1 FROM pg_tables WHERE schemaname = 'public'", url)).length, 0);
    const absent = doctor(`${url}-absent`);
    assert.equal(absent.status, 1);
    assert.match(absent.stdout, /^TUTTI-0101: the database 127\.0\.0\.1:\d+\/test\d-absent cannot be reached: .*\n$/);
  });

  test("a start on a database that is not there ends with the fault's words and no stack", () => {
    const words = [
      main,
      "start",
      "--port",
      "0",
      "--store",
      `postgres://tutti:secret@127.0.0.1:${postgresql.port}/nowhere`,
    ];
    const { status, stderr } = spawnSync(process.execPath, words, { encoding: "utf8" });
    assert.equal(status, 1);
    assert.equal(
      stderr,
      `tutti: TUTTI-0101: the database 127.0.0.1:${postgresql.port}/nowhere cannot be reached: database "nowhere" does not exist\n`,
    );
  });
});
