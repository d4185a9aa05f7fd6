import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createMachine, links, outcome, owner, refusal, roleArn, start, startStates } from "./testing/states-bench.ts";

const pass = { P: { Type: "Pass", End: true } };
const waits = { W: { Type: "Wait", Seconds: 60, Next: "Q" }, Q: { Type: "Pass", End: true } };
const definition = JSON.stringify({ StartAt: "P", States: pass });
const machineArn = `${owner}:stateMachine:m`;

describe("CreateStateMachine", () => {
  test("is idempotent by name, definition and configuration; role and tags make no difference", async () => {
    const bench = await startStates();
    const first = await bench.run("CreateStateMachine", {
      name: "m",
      definition,
      roleArn,
      tags: [{ key: "a", value: "1" }],
    });
    await bench.advance(5);
    const again = await bench.run("CreateStateMachine", { name: "m", definition, roleArn: `${roleArn}2`, tags: [] });
    assert.deepEqual(again, first);
    const { tags } = await bench.run("ListTagsForResource", { resourceArn: machineArn });
    assert.deepEqual(tags, [{ key: "a", value: "1" }]);
    const other = { name: "m", definition: `${definition} `, roleArn };
    const exists = `StateMachineAlreadyExists: State Machine Already Exists: '${machineArn}'`;
    assert.equal(await refusal(bench.run("CreateStateMachine", other)), exists);
    const logging = { loggingConfiguration: { level: "OFF", includeExecutionData: true } };
    assert.equal(
      await refusal(bench.run("CreateStateMachine", { name: "m", definition, roleArn, ...logging })),
      exists,
    );
  });

  test("refuses what it cannot do, in AWS's shapes, and creates nothing", async () => {
    const bench = await startStates();
    const tooMany = Array.from({ length: 51 }, (_, index) => ({ key: `k${index}`, value: "" }));
    const cases: readonly (readonly [object, RegExp])[] = [
      [{ name: "a b" }, /^InvalidName: Invalid Name: 'a b'$/],
      [{ name: "x".repeat(81) }, /^InvalidName/],
      [{ name: "a/b" }, /^InvalidName/],
      [{ roleArn: "role" }, /^InvalidArn: Invalid Arn: 'Invalid ARN prefix: role'$/],
      [{ roleArn: "arn:aws:iam::1:role/x" }, /^InvalidArn/],
      [{ type: "EXPRESS" }, /^StateMachineTypeNotSupported/],
      [{ publish: true }, /^ValidationException/],
      [{ versionDescription: "v" }, /^ValidationException: Version description can only be set when publish is true$/],
      [
        { loggingConfiguration: { level: "ALL" } },
        /^InvalidLoggingConfiguration.*Must specify exactly one Log Destination\.$/,
      ],
      [
        { loggingConfiguration: { level: "ALL", destinations: [{}] } },
        /^InvalidLoggingConfiguration.*Log Destination not found\.$/,
      ],
      [{ tracingConfiguration: { enabled: true } }, /^InvalidTracingConfiguration/],
      [{ encryptionConfiguration: { type: "CUSTOMER_MANAGED_KMS_KEY" } }, /^InvalidEncryptionConfiguration/],
      [{ definition: "{" }, /^InvalidDefinition: Invalid State Machine Definition: 'INVALID_JSON_DESCRIPTION/],
      [{ tags: tooMany }, /^TooManyTags/],
    ];
    for (const [change, expected] of cases) {
      assert.match(
        await refusal(bench.run("CreateStateMachine", { name: "m", definition, roleArn, ...change })),
        expected,
      );
    }
    assert.deepEqual((await bench.run("ListStateMachines", {})).stateMachines, []);
  });

  test("a resource that cannot be run here is refused with its place", async () => {
    const bench = await startStates();
    const task = { T: { Type: "Task", Resource: "arn:aws:states:::dynamodb:query", End: true } };
    assert.equal(
      await refusal(createMachine(bench, "m", task)),
      "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: The resource provided arn:aws:states:::dynamodb:query is not recognized. The value is not a valid resource ARN, or the resource is not available in this region. at /States/T/Resource'",
    );
  });
});

describe("UpdateStateMachine", () => {
  test("gives a new revision; running executions keep the old one", async () => {
    const bench = await startStates();
    await createMachine(bench, "m", waits);
    assert.equal((await bench.run("DescribeStateMachine", { stateMachineArn: machineArn })).revisionId, undefined);
    const running = await start(bench, machineArn);
    const { revisionId } = await bench.run("UpdateStateMachine", { stateMachineArn: machineArn, definition });
    assert.equal((await bench.run("DescribeStateMachine", { stateMachineArn: machineArn })).revisionId, revisionId);
    await bench.advance(60);
    assert.equal((await outcome(bench, running)).status, "SUCCEEDED");
    assert.ok((await links(bench, running)).some((event) => event.endsWith("WaitStateExited")));
    const used = await bench.run("DescribeStateMachineForExecution", { executionArn: running });
    assert.match(used.definition ?? "", /Wait/);
    assert.equal(used.revisionId, undefined);
    assert.deepEqual((await links(bench, await start(bench, machineArn))).length, 4);
  });

  test("refuses nothing to update, and what does not exist", async () => {
    const bench = await startStates();
    await createMachine(bench, "m", pass);
    assert.equal(
      await refusal(bench.run("UpdateStateMachine", { stateMachineArn: machineArn })),
      "MissingRequiredParameter: Either the definition, the role ARN, the LoggingConfiguration, or the TracingConfiguration must be specified",
    );
    const none = `${owner}:stateMachine:none`;
    assert.equal(
      await refusal(bench.run("UpdateStateMachine", { stateMachineArn: none, roleArn })),
      `StateMachineDoesNotExist: State Machine Does Not Exist: '${none}'`,
    );
    assert.equal(
      await refusal(bench.run("UpdateStateMachine", { stateMachineArn: `${owner}:express:m`, roleArn })),
      "InvalidArn: Invalid Arn: 'Resource type not valid in this context: express'",
    );
  });
});

describe("DeleteStateMachine", () => {
  test("ends running executions at their next transition and goes with the last", async () => {
    const bench = await startStates();
    await createMachine(bench, "m", waits);
    const executionArn = await start(bench, machineArn);
    await bench.run("DeleteStateMachine", { stateMachineArn: machineArn });
    assert.equal((await bench.run("DescribeStateMachine", { stateMachineArn: machineArn })).status, "DELETING");
    assert.match(await refusal(start(bench, machineArn)), /^StateMachineDeleting/);
    assert.match(await refusal(createMachine(bench, "m", waits)), /^StateMachineDeleting/);
    assert.equal((await outcome(bench, executionArn)).status, "RUNNING");
    await bench.advance(60);
    assert.equal((await outcome(bench, executionArn)).status, "ABORTED");
    assert.match(
      await refusal(bench.run("DescribeStateMachine", { stateMachineArn: machineArn })),
      /^StateMachineDoesNotExist/,
    );
    assert.deepEqual(await bench.run("DeleteStateMachine", { stateMachineArn: machineArn }), {});
  });
});

test("lists are paged by name, and a token is good for its list only", async () => {
  const bench = await startStates();
  for (const name of ["c", "a", "b"]) await createMachine(bench, name, pass);
  const first = await bench.run("ListStateMachines", { maxResults: 2 });
  assert.deepEqual(
    first.stateMachines?.map(({ name }) => name),
    ["a", "b"],
  );
  const second = await bench.run("ListStateMachines", { maxResults: 2, nextToken: first.nextToken });
  assert.deepEqual([second.stateMachines?.map(({ name }) => name), second.nextToken], [["c"], undefined]);
  const foreign = bench.run("ListActivities", { nextToken: first.nextToken });
  assert.equal(await refusal(foreign), "InvalidToken: Invalid Token: 'Invalid token'");
  assert.deepEqual((await bench.run("ListStateMachines", {}, { account: "999999999999" })).stateMachines, []);
  await bench.advance(25 * 3600);
  const old = bench.run("ListStateMachines", { nextToken: first.nextToken });
  assert.equal(await refusal(old), "InvalidToken: Invalid Token: 'Invalid token'");
});
