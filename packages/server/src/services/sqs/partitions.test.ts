/** Queues in regions of other partitions, and those that an earlier version made there with `aws` in their ARN. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { deletedQueuesTable, queuesTable } from "./tables.ts";
import { assertRefused, bodies, call, createQueue, startSqs } from "./testing/sqs-bench.ts";
import type { Answer, SqsBench } from "./testing/sqs-bench.ts";
import { startSqsNodes } from "./testing/sqs-nodes.ts";

const account = "111122223333";
const partner = "444455556666";

const places = [
  { partition: "aws-us-gov", region: "us-gov-west-1", host: "sqs.us-gov-west-1.amazonaws.com" },
  { partition: "aws-cn", region: "cn-northwest-1", host: "sqs.cn-northwest-1.amazonaws.com.cn" },
] as const;

/** SQS as a client of one region sees it. */
function clientOf(sqs: SqsBench, region: string) {
  return {
    ask: (operation: string, input: object): Promise<Answer> => sqs.run(operation, input, { region }),
    make: (name: string, attributes: Record<string, string> = {}): Promise<string> =>
      createQueue(sqs, name, attributes, { region }),
    attribute: async (QueueUrl: string, name: string): Promise<string | undefined> => {
      const answer = await sqs.run("GetQueueAttributes", { QueueUrl, AttributeNames: [name] }, { region });
      return answer.Attributes?.[name];
    },
    receive: async (QueueUrl: string): Promise<Answer["Messages"]> => {
      const input = { QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, AttributeNames: ["All"] };
      return (await sqs.run("ReceiveMessage", input, { region })).Messages;
    },
  };
}

for (const { partition, region, host } of places)
  describe(`queues of ${region}`, () => {
    const arnOf = (name: string): string => `arn:${partition}:sqs:${region}:${account}:${name}`;
    const redrive = (deadLetterTargetArn: string, maxReceiveCount = 1): Record<string, string> => ({
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    });

    test(`have ARNs of ${partition}, and are found by name and URL`, async () => {
      const sqs = await startSqs();
      const { ask, make, attribute } = clientOf(sqs, region);
      const QueueUrl = await make("jobs");
      assert.equal(QueueUrl, "http://host:4566/111122223333/jobs");
      assert.equal(await attribute(QueueUrl, "QueueArn"), arnOf("jobs"));
      assert.equal(await make("jobs"), QueueUrl);
      assert.deepEqual(await ask("GetQueueUrl", { QueueName: "jobs" }), { QueueUrl });
      // A host that says where it is.
      const elsewhere = { QueueUrl: `https://${host}/${account}/jobs`, AttributeNames: ["QueueArn"] };
      assert.equal((await sqs.run("GetQueueAttributes", elsewhere)).Attributes?.["QueueArn"], arnOf("jobs"));
    });

    test("dead letters move, and move back, by these ARNs", async () => {
      const sqs = await startSqs();
      const { ask, make, receive } = clientOf(sqs, region);
      const dead = await make("dead", {
        RedriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arnOf("source")] }),
      });
      const source = await make("source", redrive(arnOf("dead")));
      await ask("SendMessage", { QueueUrl: source, MessageBody: "bad" });
      await receive(source);
      assert.equal(await receive(source), undefined);
      const [letter] = (await receive(dead)) ?? [];
      assert.equal(letter?.Attributes?.DeadLetterQueueSourceArn, arnOf("source"));
      const { queueUrls } = (await ask("ListDeadLetterSourceQueues", { QueueUrl: dead })) as { queueUrls?: string[] };
      assert.deepEqual(queueUrls, [source]);
      await ask("StartMessageMoveTask", { SourceArn: arnOf("dead") });
      await sqs.advance(5);
      assert.deepEqual(await bodies(sqs, `/queue/${region}/${account}/source`), ["bad"]);
    });

    test("an ARN of aws names none of them", async () => {
      const sqs = await startSqs();
      const { ask, make } = clientOf(sqs, region);
      await make("dead");
      const QueueUrl = await make("source", redrive(arnOf("dead")));
      const other = arnOf("dead").replace(partition, "aws");
      const { RedrivePolicy = "" } = redrive(other);
      await assertRefused(
        ask("SetQueueAttributes", { QueueUrl, Attributes: { RedrivePolicy } }),
        "InvalidParameterValueException",
        `Value ${RedrivePolicy} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
      );
      for (const parameter of ["SourceArn", "DestinationArn"])
        await assertRefused(
          ask("StartMessageMoveTask", { SourceArn: arnOf("dead"), [parameter]: other }),
          "ResourceNotFoundException",
          `The resource that you specified for the ${parameter} parameter doesn't exist.`,
          404,
        );
    });

    test("a policy names users of the partition, and no others", async () => {
      const sqs = await startSqs();
      const { ask, make, attribute } = clientOf(sqs, region);
      const QueueUrl = await make("jobs");
      await ask("AddPermission", { QueueUrl, Label: "p", AWSAccountIds: [partner], Actions: ["SendMessage"] });
      const written = (await attribute(QueueUrl, "Policy")) ?? "";
      const [statement] = (JSON.parse(written) as { Statement: Record<string, unknown>[] }).Statement;
      assert.deepEqual(statement?.["Principal"], { AWS: `arn:${partition}:iam::${partner}:root` });
      assert.equal(statement["Resource"], arnOf("jobs"));
      const asPartner = { region, account: partner };
      await sqs.run("SendMessage", { QueueUrl, MessageBody: "x" }, asPartner);
      await assertRefused(
        sqs.run("ReceiveMessage", { QueueUrl }, asPartner),
        "AccessDeniedException",
        `User: arn:${partition}:iam::${partner}:root is not authorized to perform: sqs:receivemessage on resource: ${arnOf("jobs")} ` +
          "because no resource-based policy allows the sqs:receivemessage action",
        403,
      );
      const set = (Policy: string): Promise<Answer> => ask("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
      await set(written);
      const refused = written.replace(`arn:${partition}:iam`, "arn:aws:iam");
      await assertRefused(set(refused), "InvalidAttributeValue", "Invalid value for the parameter Policy.");
      await assertRefused(
        make("another", { Policy: refused }),
        "InvalidAttributeValue",
        "Invalid value for the parameter Policy.",
      );
      await assertRefused(
        sqs.run("CreateQueue", { QueueName: "ours", Attributes: { Policy: written } }),
        "InvalidAttributeValue",
        "Invalid value for the parameter Policy.",
      );
    });

    describe("that an earlier version made", () => {
      const former = (name: string): string => `arn:aws:sqs:${region}:${account}:${name}`;

      /** A server that finds them, made of queues of today, whose rows differ in their ARN only. */
      async function startOver(names: readonly string[]): Promise<SqsBench> {
        const before = await startSqs();
        for (const name of names) await createQueue(before, name, {}, { region });
        before.kernel.transact((tx) => {
          for (const name of names) {
            const row = tx.get(queuesTable, arnOf(name));
            assert.ok(row);
            tx.delete(queuesTable, row.arn);
            tx.insert(queuesTable, { ...row, arn: former(name) });
          }
        });
        await before.kernel.stop();
        return startSqs(before.store, before.kernel.clock.now(), 2);
      }

      test("keep their ARN and are found by name, URL and that ARN", async () => {
        const sqs = await startOver(["dead", "jobs"]);
        const { ask, make, attribute, receive } = clientOf(sqs, region);
        const { QueueUrl = "" } = await ask("GetQueueUrl", { QueueName: "jobs" });
        assert.equal(await make("jobs"), QueueUrl);
        const { QueueUrls } = await ask("ListQueues", {});
        assert.deepEqual(QueueUrls, [QueueUrl.replace("jobs", "dead"), QueueUrl]);
        assert.equal(await attribute(QueueUrl, "QueueArn"), former("jobs"));
        const { RedrivePolicy = "" } = redrive(former("dead"));
        await ask("SetQueueAttributes", { QueueUrl, Attributes: { RedrivePolicy } });
        await ask("SendMessage", { QueueUrl, MessageBody: "bad" });
        await receive(QueueUrl);
        assert.equal(await receive(QueueUrl), undefined);
        await ask("StartMessageMoveTask", { SourceArn: former("dead") });
        await sqs.advance(5);
        assert.equal(await attribute(QueueUrl, "ApproximateNumberOfMessages"), "1");
      });

      test("may be named beside ARNs of both partitions in policies", async () => {
        const sqs = await startOver(["jobs"]);
        const { ask, make } = clientOf(sqs, region);
        const QueueUrl = await make("jobs");
        for (const its of ["aws", partition]) {
          const Principal = { AWS: `arn:${its}:iam::${partner}:root` };
          const statement = { Effect: "Allow", Principal, Action: "sqs:SendMessage", Resource: former("jobs") };
          const Policy = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
          await ask("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
          await sqs.run("SendMessage", { QueueUrl, MessageBody: its }, { region, account: partner });
        }
      });

      test("have an ARN of today when they are made again", async () => {
        const sqs = await startOver(["jobs"]);
        const { ask, make, attribute } = clientOf(sqs, region);
        await ask("DeleteQueue", { QueueUrl: await make("jobs") });
        await assertRefused(make("jobs"), "QueueDeletedRecently", /^You must wait 60 seconds/);
        await sqs.advance(60);
        assert.equal(await attribute(await make("jobs"), "QueueArn"), arnOf("jobs"));
        assert.equal(sqs.kernel.resident(deletedQueuesTable).size, 0);
      });
    });
  });

test("of several nodes, the one that is asked for a queue has it, also when an earlier version made it", async () => {
  const [{ partition, region }] = places;
  const nodes = await startSqsNodes();
  const owners = new Set<string>();
  for (let number = 0; number < 16; number += 1) {
    const name = `queue-${number}`;
    const ask = async (operation: string, input: object): Promise<Answer> => {
      const [any] = nodes.net.nodes.values();
      const target = any?.registry.find("sqs", operation)?.target?.(input, { ...call, region });
      assert.equal(target, `arn:${partition}:sqs:${region}:${account}:${name}`);
      const owner = nodes.net.nodeOf(target);
      const found = owner.registry.find("sqs", operation);
      assert.ok(found);
      return (await owner.kernel.execute(found, input, { ...call, region })) as Answer;
    };
    const { QueueUrl = "" } = await ask("CreateQueue", { QueueName: name });
    const former = `arn:aws:sqs:${region}:${account}:${name}`;
    const owner = nodes.net.nodeOf(former);
    owner.kernel.transact((tx) => {
      const row = tx.get(queuesTable, former.replace("arn:aws", `arn:${partition}`));
      assert.ok(row);
      tx.delete(queuesTable, row.arn);
      tx.insert(queuesTable, { ...row, arn: former });
    });
    owners.add(owner.name);
    await ask("SendMessage", { QueueUrl, MessageBody: name });
    const { Messages = [] } = await ask("ReceiveMessage", { QueueUrl });
    assert.deepEqual(
      Messages.map(({ Body }) => Body),
      [name],
    );
  }
  assert.equal(owners.size, 2);
  await nodes.net.stop();
});
