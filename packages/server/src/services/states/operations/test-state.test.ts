/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { refusal, startStates } from "../testing/states-bench.ts";

const task = {
  Type: "Task",
  Resource: "arn:aws:states:::dynamodb:getItem",
  Parameters: { "TableName.$": "$.table" },
  Retry: [{ ErrorEquals: ["DynamoDB.Busy"], IntervalSeconds: 2 }],
  End: true,
};
const pass = { Type: "Pass", Parameters: { "n.$": "$x" }, Next: "Other" };

function requestOf(definition: object, more: object = {}): object {
  return { definition: JSON.stringify(definition), ...more };
}

describe("TestState", () => {
  test("shows the outcome, and at DEBUG the steps", async () => {
    const bench = await startStates();
    const variables = JSON.stringify({ x: 3 });
    const outcome = { status: "SUCCEEDED", output: '{"n":3}', nextState: "Other" };
    assert.deepEqual(await bench.run("TestState", requestOf(pass, { variables })), outcome);
    const shown = await bench.run("TestState", requestOf(pass, { variables, inspectionLevel: "DEBUG" }));
    assert.deepEqual(shown, {
      ...outcome,
      inspectionData: {
        input: "{}",
        afterInputPath: "{}",
        afterParameters: '{"n":3}',
        result: '{"n":3}',
        afterResultSelector: '{"n":3}',
        afterResultPath: '{"n":3}',
        variables: '{"x":3}',
      },
    });
  });

  test("takes a mock for what would be called", async () => {
    const bench = await startStates();
    const input = JSON.stringify({ table: "t" });
    const mock = { result: '{"Item":{}}', fieldValidationMode: "NONE" };
    const context = JSON.stringify({ Execution: { Name: "mine" } });
    const found = await bench.run("TestState", requestOf(task, { input, mock, context }));
    assert.deepEqual(found, { status: "SUCCEEDED", output: '{"Item":{}}' });
    const errorOutput = { error: "DynamoDB.Busy", cause: "busy" };
    const failed = { input, mock: { errorOutput }, inspectionLevel: "DEBUG" };
    const retriable = await bench.run(
      "TestState",
      requestOf(task, { ...failed, stateConfiguration: { retrierRetryCount: 1 } }),
    );
    assert.deepEqual(retriable, {
      status: "RETRIABLE",
      ...errorOutput,
      inspectionData: {
        input,
        afterInputPath: input,
        afterParameters: '{"TableName":"t"}',
        errorDetails: { retryIndex: 0, retryBackoffIntervalSeconds: 4 },
      },
    });
  });

  test("refuses what does not fit, and what it cannot do", async () => {
    const bench = await startStates();
    const mock = { result: "{}" };
    const cases: readonly (readonly [object, string])[] = [
      [requestOf(task), "ValidationException: RoleArn must be specified when testing a Task state"],
      [
        requestOf(task, { roleArn: "arn:aws:iam::111122223333:role/any" }),
        "ValidationException: Testing a state of type 'Task' without a mock is not supported by this version of Tutti.",
      ],
      [
        requestOf(task, { mock }),
        "ValidationException: The fieldValidationMode 'STRICT' for results of arn:aws:states:::dynamodb:getItem is not supported by this version of Tutti.",
      ],
      [
        requestOf(task, { mock: { result: "{}", errorOutput: {} } }),
        "ValidationException: A test mock should have only one of the following fields: [result, errorOutput].",
      ],
      [requestOf(task, { mock: { result: "no" } }), "ValidationException: Mocked result must be valid JSON"],
      [
        requestOf(task, { mock, revealSecrets: true }),
        "ValidationException: TestState does not support RevealSecrets when a mock is specified.",
      ],
      [requestOf(pass, { mock }), "ValidationException: State type 'Pass' is not supported when a mock is specified"],
      [
        requestOf(task, { mock, context: '{"Pokedex":1}' }),
        "ValidationException: Invalid Context object provided: Field 'Pokedex' is not allowed",
      ],
      [
        requestOf({ Type: "Pass" }),
        "InvalidDefinition: Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: This object should have only one of the following fields: [Next, End] at /States/TestState'",
      ],
      [
        requestOf(pass, { input: "not" }),
        "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')",
      ],
    ];
    for (const [request, expected] of cases) {
      const actual = await refusal(bench.run("TestState", request));
      assert.ok(actual.startsWith(expected), actual);
    }
  });

  test("compares a mocked result with what the service gives", async () => {
    const bench = await startStates();
    const startTask = (suffix: string): object => ({
      Type: "Task",
      Resource: `arn:aws:states:::states:startExecution${suffix}`,
      Parameters: { StateMachineArn: "arn" },
      End: true,
    });
    const outcomeOf = async (definition: object, result: unknown, fieldValidationMode?: string): Promise<unknown> => {
      const mock = { result: JSON.stringify(result), fieldValidationMode };
      const answer = bench.run("TestState", requestOf(definition, { mock }));
      return answer.then(
        ({ status }) => status,
        () => refusal(answer),
      );
    };
    const missing =
      "ValidationException: Mock result schema validation error: Required field 'ExecutionArn' is missing";
    assert.equal(await outcomeOf(startTask(""), { StartDate: 1 }), missing);
    assert.equal(await outcomeOf(startTask(""), { StartDate: 1 }, "PRESENT"), "SUCCEEDED");
    assert.equal(await outcomeOf(startTask(""), { ExecutionArn: "a", StartDate: 1 }), "SUCCEEDED");
    assert.equal(
      await outcomeOf(startTask(""), { ExecutionArn: 1, StartDate: 1 }, "PRESENT"),
      "ValidationException: Mock result schema validation error: Field 'ExecutionArn' must be a string",
    );
    assert.equal(await outcomeOf(startTask(""), { ExecutionArn: 1 }, "NONE"), "SUCCEEDED");
    assert.equal(
      await outcomeOf(startTask(".sync:2"), { Status: "DONE" }, "PRESENT"),
      "ValidationException: Mock result schema validation error: Field 'Status' is not an expected value",
    );
    assert.equal(await outcomeOf(startTask(".waitForTaskToken"), [1]), "SUCCEEDED");
    const send = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", End: true };
    assert.equal(await outcomeOf(send, { MessageId: "m" }), "SUCCEEDED");
    assert.equal(await outcomeOf(send, []), "ValidationException: Mocked result must be a JSON object");
  });
});
