/** Variables and JSONata through the official SDK: what runs, what the history shows, what is refused. */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
  TestStateCommand,
} from "@aws-sdk/client-sfn";
import { startTutti } from "tutti/testing";
import type { TestServer } from "tutti/testing";
import { createMachine, sfnClient } from "../support/sfn.ts";

let tutti: TestServer;
let sfn: SFNClient;

before(async () => {
  tutti = await startTutti();
  sfn = sfnClient(tutti.url);
});

after(async () => {
  sfn.destroy();
  await tutti.stop();
});

async function start(stateMachineArn: string, input: unknown, name?: string): Promise<string> {
  const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input), name });
  const { executionArn = "" } = await sfn.send(command);
  return executionArn;
}

async function outcome(executionArn: string): Promise<{ status: string | undefined; output: unknown }> {
  const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
  return { status, output: output === undefined ? undefined : JSON.parse(output) };
}

describe("variables", () => {
  test("are shown in the history and in the references of the machine", async () => {
    const stateMachineArn = await createMachine(sfn, "variables", {
      StartAt: "A",
      States: {
        A: { Type: "Pass", Assign: { "x.$": "$.n", y: [true] }, Next: "B" },
        B: { Type: "Pass", Parameters: { "x.$": "$x", "y.$": "States.ArrayLength($y)" }, End: true },
      },
    });
    const executionArn = await start(stateMachineArn, { n: 5 });
    assert.deepEqual(await outcome(executionArn), { status: "SUCCEEDED", output: { x: 5, y: 1 } });
    const { variableReferences } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.deepEqual(variableReferences, { B: ["x", "y"] });
    const ofExecution = await sfn.send(new DescribeStateMachineForExecutionCommand({ executionArn }));
    assert.deepEqual(ofExecution.variableReferences, { B: ["x", "y"] });
    const exits = async (includeExecutionData: boolean): Promise<unknown[]> => {
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn, includeExecutionData }));
      return events.flatMap(({ stateExitedEventDetails: details }) => (details === undefined ? [] : [details]));
    };
    assert.deepEqual((await exits(true))[0], {
      name: "A",
      output: '{"n":5}',
      outputDetails: { truncated: false },
      assignedVariables: { x: "5", y: "[true]" },
      assignedVariablesDetails: { truncated: false },
    });
    assert.deepEqual((await exits(false))[0], {
      name: "A",
      outputDetails: { truncated: false },
      assignedVariablesDetails: { truncated: false },
    });
    const hidden = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn, includedData: "METADATA_ONLY" }));
    assert.equal(hidden.variableReferences, undefined);
  });
});

describe("JSONata", () => {
  const sum = {
    QueryLanguage: "JSONata",
    StartAt: "A",
    States: {
      A: { Type: "Pass", Assign: { rate: "{% $states.input.rate %}" }, Next: "M" },
      M: {
        Type: "Map",
        Items: "{% $states.input.prices %}",
        ItemProcessor: {
          StartAt: "I",
          States: { I: { Type: "Pass", Output: "{% $states.input * $rate %}", End: true } },
        },
        Output: { total: "{% $sum($states.result) %}", who: "{% $states.context.Execution.Name %}" },
        End: true,
      },
    },
  };

  test("a machine runs end to end", async () => {
    const stateMachineArn = await createMachine(sfn, "jsonata", sum);
    const executionArn = await start(stateMachineArn, { rate: 2, prices: [1, 2.5] }, "first");
    assert.deepEqual(await outcome(executionArn), { status: "SUCCEEDED", output: { total: 7, who: "first" } });
    const { variableReferences } = await sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
    assert.deepEqual(variableReferences, { I: ["rate"] });
  });

  test("an expression that fails is an event of its own", async () => {
    const stateMachineArn = await createMachine(sfn, "jsonata-fails", sum);
    const executionArn = await start(stateMachineArn, { prices: [] });
    const cause =
      "An error occurred while executing the state 'A' (entered at the event id #2). The JSONata expression " +
      "'$states.input.rate' specified for the field 'Assign/rate' returned nothing (undefined).";
    const described = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    assert.deepEqual([described.error, described.cause], ["States.QueryEvaluationError", cause]);
    const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
    assert.deepEqual(events.find(({ type }) => type === "EvaluationFailed")?.evaluationFailedEventDetails, {
      error: "States.QueryEvaluationError",
      cause,
      location: "Assign/rate",
      state: "A",
    });
  });

  test("expressions that cannot be used are refused with the machine", async () => {
    const withOutput = (expression: string): object => ({
      QueryLanguage: "JSONata",
      StartAt: "E",
      States: { E: { Type: "Pass", Output: { v: expression }, End: true } },
    });
    const refusedWith = (text: string): { readonly name: string; readonly message: string } => ({
      name: "InvalidDefinition",
      message: `Invalid State Machine Definition: '${text}'`,
    });
    await assert.rejects(
      createMachine(sfn, "bare", withOutput("{% phone %}")),
      refusedWith(
        "UNSUPPORTED_JSONATA_EXPRESSION: Reference to 'phone' at the top level is not supported. at /States/E/Output/v",
      ),
    );
    await assert.rejects(
      createMachine(sfn, "broken", withOutput("{% 1 + %}")),
      refusedWith("INVALID_JSONATA_EXPRESSION: Unexpected end of expression at /States/E/Output/v"),
    );
  });
});

test("TestState tries out a state", async () => {
  const { credentials, region, endpoint } = sfn.config;
  const client = new SFNClient({ credentials, region, ...(endpoint && { endpoint }), disableHostPrefix: true });
  const state = { Type: "Pass", QueryLanguage: "JSONata", Output: "{% $rate * $states.input.n %}", Next: "After" };
  const command = new TestStateCommand({
    definition: JSON.stringify(state),
    input: '{"n":3}',
    variables: '{"rate":2}',
    inspectionLevel: "DEBUG",
  });
  const { status, output, nextState, inspectionData } = await client.send(command);
  client.destroy();
  assert.deepEqual([status, output, nextState], ["SUCCEEDED", "6", "After"]);
  assert.deepEqual([inspectionData?.input, inspectionData?.variables], ['{"n":3}', '{"rate":2}']);
});
