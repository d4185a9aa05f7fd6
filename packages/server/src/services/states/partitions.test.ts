/** Step Functions in regions of other partitions, and what an earlier version made there with `aws` in its ARN. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { activitiesTable, definitionsTable, machinesTable, revisionsTable } from "./tables.ts";
import { outcome, queueUrl, refusal, startStates } from "./testing/states-bench.ts";
import type { Answer, StatesBench } from "./testing/states-bench.ts";

const account = "111122223333";

interface Client {
  ask(operation: string, input: object): Promise<Answer>;
  make(name: string, states: object, changes?: object): Promise<Answer>;
}

const roleIn = (partition: string): string => `arn:${partition}:iam::${account}:role/any`;
const definitionOf = (states: object): string => JSON.stringify({ StartAt: Object.keys(states)[0], States: states });
const pass = { P: { Type: "Pass", End: true } };
const sends = (partition: string): object => ({
  Send: {
    Type: "Task",
    Resource: `arn:${partition}:states:::sqs:sendMessage`,
    Parameters: { QueueUrl: queueUrl, MessageBody: "hello" },
    End: true,
  },
});

function clientOf(bench: StatesBench, region: string, partition: string): Client {
  const ask = (operation: string, input: object): Promise<Answer> => bench.run(operation, input, { region });
  return {
    ask,
    make: (name, states, changes = {}) => {
      const roleArn = roleIn(partition);
      return ask("CreateStateMachine", { name, definition: definitionOf(states), roleArn, ...changes });
    },
  };
}

for (const { partition, region } of [
  { partition: "aws-us-gov", region: "us-gov-east-1" },
  { partition: "aws-cn", region: "cn-north-1" },
])
  describe(`Step Functions in ${region}`, () => {
    const arnOf = (resource: string): string => `arn:${partition}:states:${region}:${account}:${resource}`;
    const former = (resource: string): string => `arn:aws:states:${region}:${account}:${resource}`;

    test(`has ARNs of ${partition}`, async () => {
      const bench = await startStates();
      const { ask, make } = clientOf(bench, region, partition);
      const { stateMachineArn = "" } = await make("sending", sends(partition));
      assert.equal(stateMachineArn, arnOf("stateMachine:sending"));
      const { executionArn = "" } = await ask("StartExecution", { stateMachineArn, name: "first" });
      assert.equal(executionArn, arnOf("execution:sending:first"));
      assert.equal((await outcome(bench, executionArn)).status, "SUCCEEDED");
      assert.deepEqual(bench.sent, ["hello"]);
      assert.match(await refusal(ask("StartExecution", { stateMachineArn, name: "first" })), /^ExecutionAlreadyExists/);
      assert.deepEqual(
        (await ask("ListStateMachines", {})).stateMachines?.map(({ name }) => name),
        ["sending"],
      );
      assert.deepEqual((await ask("ListExecutions", { stateMachineArn })).executions?.length, 1);
      await ask("TagResource", { resourceArn: stateMachineArn, tags: [{ key: "k", value: "v" }] });
      await ask("UpdateStateMachine", { stateMachineArn, definition: definitionOf(pass) });
      assert.equal((await ask("DescribeStateMachine", { stateMachineArn })).definition, definitionOf(pass));
    });

    test("activities and children work by these ARNs", async () => {
      const bench = await startStates();
      const { ask, make } = clientOf(bench, region, partition);
      const { activityArn = "" } = await ask("CreateActivity", { name: "work" });
      assert.equal(activityArn, arnOf("activity:work"));
      const { stateMachineArn: child = "" } = await make("child", {
        Work: { Type: "Task", Resource: activityArn, End: true },
      });
      const { stateMachineArn = "" } = await make("parent", {
        Start: {
          Type: "Task",
          Resource: `arn:${partition}:states:::states:startExecution.sync:2`,
          Parameters: { StateMachineArn: child, Name: "named" },
          OutputPath: "$.ExecutionArn",
          End: true,
        },
      });
      const { executionArn = "" } = await ask("StartExecution", { stateMachineArn });
      const { taskToken } = await ask("GetActivityTask", { activityArn });
      await ask("SendTaskSuccess", { taskToken, output: "{}" });
      const { status, output = "" } = await outcome(bench, executionArn);
      assert.deepEqual([status, JSON.parse(output)], ["SUCCEEDED", arnOf("execution:child:named")]);
    });

    test("an ARN of aws names nothing there", async () => {
      const bench = await startStates();
      const { ask, make } = clientOf(bench, region, partition);
      await make("m", pass);
      await ask("CreateActivity", { name: "work" });
      const machine = former("stateMachine:m");
      const activity = former("activity:work");
      const execution = former("execution:m:first");
      const answers: Readonly<Record<string, Promise<unknown>>> = {
        [`StateMachineDoesNotExist: State Machine Does Not Exist: '${machine}'`]: ask("StartExecution", {
          stateMachineArn: machine,
        }),
        [`ActivityDoesNotExist: Activity Does Not Exist: '${activity}'`]: ask("GetActivityTask", {
          activityArn: activity,
        }),
        [`ExecutionDoesNotExist: Execution Does Not Exist: '${execution}'`]: ask("DescribeExecution", {
          executionArn: execution,
        }),
      };
      for (const [expected, answer] of Object.entries(answers)) assert.equal(await refusal(answer), expected);
    });

    test("roles and integrations of another partition are refused", async () => {
      const bench = await startStates();
      const { ask, make } = clientOf(bench, region, partition);
      const { stateMachineArn } = await make("m", pass);
      const roleArn = roleIn("aws");
      const badRole = `InvalidArn: Invalid Arn: 'Invalid Role Arn: ${roleArn}'`;
      assert.equal(await refusal(make("n", pass, { roleArn })), badRole);
      assert.equal(await refusal(ask("UpdateStateMachine", { stateMachineArn, roleArn })), badRole);
      const definition = definitionOf(sends("aws"));
      const text = "The resource provided arn:aws:states:::sqs:sendMessage is not recognized.";
      for (const answer of [make("n", sends("aws")), ask("UpdateStateMachine", { stateMachineArn, definition })])
        assert.ok((await refusal(answer)).includes(`SCHEMA_VALIDATION_FAILED: ${text}`));
      const { result, diagnostics } = (await ask("ValidateStateMachineDefinition", { definition })) as {
        result?: string;
        diagnostics?: { message: string }[];
      };
      assert.equal(result, "FAIL");
      assert.ok(diagnostics?.[0]?.message.startsWith(text));
      const tested = { definition, stateName: "Send", mock: { result: "{}" } };
      assert.ok((await refusal(ask("TestState", tested))).includes(text));
      assert.equal(await refusal(ask("TestState", { ...tested, roleArn })), badRole);
      const own = { ...tested, definition: definitionOf(sends(partition)), roleArn: roleIn(partition) };
      assert.equal((await ask("TestState", own)).status, "SUCCEEDED");
      // And theirs are refused where ARNs are of aws.
      assert.match(
        await refusal(bench.run("CreateStateMachine", { name: "n", definition, roleArn: roleIn(partition) })),
        /Invalid Role Arn/,
      );
      assert.match(
        await refusal(bench.run("CreateStateMachine", { ...own, name: "n", roleArn })),
        /sqs:sendMessage is not recognized/,
      );
    });

    describe("what an earlier version made", () => {
      const waits = { Wait: { Type: "Wait", Seconds: 60, Next: "Send" }, ...sends("aws") };

      /** A server that finds a machine and an activity, made of those of today, whose rows differ in their ARNs only. */
      async function startOver(): Promise<StatesBench> {
        const before = await startStates();
        const { ask, make } = clientOf(before, region, partition);
        await make("m", pass);
        await ask("CreateActivity", { name: "work" });
        before.kernel.transact((tx) => {
          const machine = tx.get(machinesTable, arnOf("stateMachine:m"));
          const activity = tx.get(activitiesTable, arnOf("activity:work"));
          assert.ok(machine && activity);
          const { revision } = machine;
          const definition = tx.get(definitionsTable, revision);
          assert.ok(definition);
          const machineArn = former("stateMachine:m");
          const changed = { machineArn, definition: definitionOf(waits), roleArn: roleIn("aws") };
          tx.delete(machinesTable, machine.arn);
          tx.insert(machinesTable, { ...machine, arn: machineArn });
          tx.update(definitionsTable, [revision], changed);
          tx.insert(revisionsTable, { ...definition, ...changed });
          tx.delete(activitiesTable, activity.arn);
          tx.insert(activitiesTable, { ...activity, arn: former("activity:work") });
        });
        await before.kernel.stop();
        return startStates(before.store, before.kernel.clock.now(), 2);
      }

      test("keeps its ARNs, runs, and is found by name", async () => {
        const bench = await startOver();
        const { ask, make } = clientOf(bench, region, partition);
        const again = await make("m", waits, { roleArn: roleIn("aws") });
        assert.equal(again.stateMachineArn, former("stateMachine:m"));
        assert.equal((await ask("CreateActivity", { name: "work" })).activityArn, former("activity:work"));
        assert.equal((await ask("ListStateMachines", {})).stateMachines?.length, 1);
        const { executionArn = "" } = await ask("StartExecution", { ...again, name: "first" });
        assert.equal(executionArn, former("execution:m:first"));
        await bench.advance(60);
        assert.equal((await outcome(bench, executionArn)).status, "SUCCEEDED");
        assert.deepEqual(bench.sent, ["hello"]);
      });

      test("may be changed with ARNs of both partitions", async () => {
        const bench = await startOver();
        const { ask } = clientOf(bench, region, partition);
        const stateMachineArn = former("stateMachine:m");
        for (const its of [partition, "aws"]) {
          const definition = definitionOf(sends(its));
          await ask("UpdateStateMachine", { stateMachineArn, definition, roleArn: roleIn(its) });
          assert.equal((await ask("DescribeStateMachine", { stateMachineArn })).definition, definition);
        }
      });

      test("has ARNs of today when it is made again", async () => {
        const bench = await startOver();
        const { ask, make } = clientOf(bench, region, partition);
        await ask("DeleteStateMachine", { stateMachineArn: former("stateMachine:m") });
        await ask("DeleteActivity", { activityArn: former("activity:work") });
        assert.equal((await make("m", pass)).stateMachineArn, arnOf("stateMachine:m"));
        assert.equal((await ask("CreateActivity", { name: "work" })).activityArn, arnOf("activity:work"));
      });
    });
  });
