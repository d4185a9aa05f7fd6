/** `tutti migrate` between the embedded store and PostgreSQL, both ways: executions go on where they were. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DescribeExecutionCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startPostgresql } from "../support/postgresql.ts";
import type { PostgresqlServer } from "../support/postgresql.ts";
import { requires } from "../support/requirements.ts";
import { startServerProcessOn, temporaryFolder } from "../support/server-process.ts";
import { createMachine, eventually, sfnClient } from "../support/sfn.ts";

const main = fileURLToPath(new URL("../../packages/server/src/cli/main.ts", import.meta.url));
const run = promisify(execFile);
const migrate = (from: string, to: string): Promise<{ stdout: string }> =>
  run(process.execPath, [main, "migrate", "--from", from, "--to", to]);

function sqsClient(url: string): SQSClient {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  return new SQSClient({ endpoint: url, region: "us-east-1", credentials });
}

describe("tutti migrate", requires("postgresql"), () => {
  let postgresql: PostgresqlServer;
  before(async () => {
    postgresql = await startPostgresql();
  });
  after(() => postgresql.stop());

  test("from a directory to PostgreSQL and on to another directory", async () => {
    await using folder = await temporaryFolder();
    const database = await postgresql.createDatabase();
    const places = [`${folder.path}/first`, database, `${folder.path}/second`] as const;
    const bodies = Array.from({ length: 10 }, (_, index) => `message ${index} \u{1f600}`);
    let executionArn: string | undefined;
    {
      await using server = await startServerProcessOn(["--data-dir", places[0]]);
      const [sqs, sfn] = [sqsClient(server.url), sfnClient(server.url)];
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "jobs" }));
      const Entries = bodies.map((MessageBody, index) => ({ Id: String(index), MessageBody }));
      await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      const stateMachineArn = await createMachine(sfn, "machine", {
        StartAt: "Wait",
        States: {
          Wait: { Type: "Wait", Seconds: 3, Next: "Done" },
          Done: { Type: "Pass", Result: "moved", End: true },
        },
      });
      ({ executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn })));
      await server.terminate();
      sqs.destroy();
      sfn.destroy();
    }
    const there = await migrate(places[0], places[1]);
    assert.match(there.stdout, /^sqs_parcels +1 rows {2}[0-9a-f]{16}$/m);
    await assert.rejects(migrate(places[0], places[1]), /TUTTI-0106: PostgreSQL at .* is not empty/);
    {
      await using server = await startServerProcessOn(["--store", places[1]]);
      await assert.rejects(migrate(places[1], places[2]), /TUTTI-0106: a server runs on PostgreSQL at/);
      const sfn = sfnClient(server.url);
      const ended = await eventually(async () => {
        const execution = await sfn.send(new DescribeExecutionCommand({ executionArn }));
        return execution.status === "RUNNING" ? undefined : execution;
      }, "the execution's end");
      assert.deepEqual([ended.status, ended.output], ["SUCCEEDED", '"moved"']);
      await server.terminate();
      sfn.destroy();
    }
    const back = await migrate(places[1], places[2]);
    // The messages' checksum is over what they are, not over where they lie.
    const line = (text: string): string => /^sqs_parcels .*$/m.exec(text)?.[0] ?? "";
    assert.equal(line(back.stdout), line(there.stdout));
    await using server = await startServerProcessOn(["--data-dir", places[2]]);
    const sqs = sqsClient(server.url);
    const QueueUrl = `${server.url}/000000000000/jobs`;
    const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
    assert.deepEqual(new Set(Messages.map(({ Body }) => Body)), new Set(bodies));
    sqs.destroy();
  });
});
