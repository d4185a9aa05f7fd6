/** https://docs.aws.amazon.com/step-functions/latest/apireference/API_TestState.html */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { testState } from "./test-state.ts";
import type { TestedState, TestStateRequest } from "./test-state.ts";

const HOST = { now: Date.UTC(2026, 0, 2), random: () => 0.5, uuid: () => "00000000-0000-4000-8000-000000000000" };
const SEND = "arn:aws:states:::sqs:sendMessage";
type Options = Partial<Omit<TestStateRequest, "definition">>;

function resultOf(definition: object, options: Options = {}): ReturnType<typeof testState> {
  return testState({ definition: JSON.stringify(definition), host: HOST, ...options });
}

function tested(definition: object, options: Options = {}): Omit<TestedState, "kind" | "state"> {
  const result = resultOf(definition, options);
  assert.ok(result.kind === "tested", JSON.stringify(result));
  const { kind: _, state: _state, ...shown } = result;
  return shown;
}

describe("a state that does nothing outside", () => {
  test("shows every step of a JSONPath Pass", () => {
    const state = {
      Type: "Pass",
      InputPath: "$.a",
      Parameters: { "x.$": "$.n" },
      ResultPath: "$.r",
      OutputPath: "$.r",
      Next: "Other",
    };
    const input = { a: { n: 1 } };
    assert.deepEqual(tested(state, { input }), {
      status: "SUCCEEDED",
      output: { x: 1 },
      nextState: "Other",
      inspection: {
        input,
        afterInputPath: { n: 1 },
        afterParameters: { x: 1 },
        result: { x: 1 },
        afterResultSelector: { x: 1 },
        afterResultPath: { a: { n: 1 }, r: { x: 1 } },
      },
    });
  });

  test("shows the variables as they are after it", () => {
    const state = {
      Type: "Pass",
      QueryLanguage: "JSONata",
      Assign: { y: "{% $x + 1 %}" },
      Output: "{% $x %}",
      End: true,
    };
    const { status, output, nextState, inspection } = tested(state, { variables: { x: 1 } });
    assert.deepEqual([status, output, nextState, inspection.variables], ["SUCCEEDED", 1, undefined, { x: 1, y: 2 }]);
  });

  test("a Choice goes where its rule leads; a Fail fails; a Wait does not wait", () => {
    const choice = { Type: "Choice", Choices: [{ Variable: "$.n", NumericEquals: 1, Next: "One" }], Default: "Other" };
    assert.equal(tested(choice, { input: { n: 1 } }).nextState, "One");
    assert.equal(tested(choice, { input: { n: 2 } }).nextState, "Other");
    assert.deepEqual(tested({ Type: "Fail", Error: "E", Cause: "why" }), {
      status: "FAILED",
      error: "E",
      cause: "why",
      inspection: { input: {} },
    });
    const wait = tested({ Type: "Wait", Seconds: 3600, Next: "Other" }, { input: { n: 1 } });
    assert.deepEqual([wait.status, wait.output, wait.nextState], ["SUCCEEDED", { n: 1 }, "Other"]);
  });

  test("fails in the words of an execution", () => {
    const { status, error, cause } = tested({ Type: "Pass", InputPath: "$.missing", End: true });
    assert.deepEqual([status, error], ["FAILED", "States.Runtime"]);
    assert.match(cause ?? "", /^An error occurred while executing the state 'TestState' .* Invalid path '\$\.missing'/);
  });

  test("sees the context it is given", () => {
    const state = { Type: "Pass", Parameters: { "n.$": "$$.Execution.Name" }, End: true };
    assert.deepEqual(tested(state, { context: { Execution: { Name: "mine" } } }).output, { n: "mine" });
  });
});

describe("a Task", () => {
  const task = {
    Type: "Task",
    Resource: SEND,
    Parameters: { "MessageBody.$": "$.body" },
    ResultSelector: { "id.$": "$.MessageId" },
    ResultPath: "$.sent",
    Retry: [
      { ErrorEquals: ["Other"] },
      { ErrorEquals: ["SQS.Busy"], IntervalSeconds: 3, BackoffRate: 2, MaxAttempts: 2 },
    ],
    Catch: [
      { ErrorEquals: ["Other"], Next: "Nowhere" },
      { ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "Handler" },
    ],
    Next: "Next",
  };
  const input = { body: "b" };

  test("takes its result from the mock", () => {
    assert.deepEqual(tested(task, { input, mock: { result: { MessageId: "m" } } }), {
      status: "SUCCEEDED",
      output: { body: "b", sent: { id: "m" } },
      nextState: "Next",
      inspection: {
        input,
        afterInputPath: input,
        afterParameters: { MessageBody: "b" },
        result: { MessageId: "m" },
        afterResultSelector: { id: "m" },
        afterResultPath: { body: "b", sent: { id: "m" } },
      },
    });
  });

  test("shows Arguments of JSONata", () => {
    const state = {
      Type: "Task",
      Resource: SEND,
      End: true,
      QueryLanguage: "JSONata",
      Arguments: { m: "{% $states.input.body %}" },
    };
    const { inspection, output } = tested(state, { input, mock: { result: [1] } });
    assert.deepEqual([inspection, output], [{ input, afterArguments: { m: "b" }, result: [1] }, [1]]);
  });

  test("is to be tried again, with the retrier and its delay, as long as there are attempts", () => {
    const mock = { errorOutput: { error: "SQS.Busy", cause: "busy" } };
    const shown = (retrierRetryCount?: number): unknown => {
      const configuration = retrierRetryCount === undefined ? {} : { retrierRetryCount };
      const { status, error, nextState, inspection } = tested(task, { input, mock, configuration });
      return [status, error, nextState, inspection.errorDetails];
    };
    assert.deepEqual(shown(), ["RETRIABLE", "SQS.Busy", undefined, { retryIndex: 1, retryBackoffIntervalSeconds: 3 }]);
    assert.deepEqual(shown(1), ["RETRIABLE", "SQS.Busy", undefined, { retryIndex: 1, retryBackoffIntervalSeconds: 6 }]);
    assert.deepEqual(shown(2), ["CAUGHT_ERROR", "SQS.Busy", "Handler", { catchIndex: 1 }]);
  });

  test("is caught, and its output is the catcher's", () => {
    const { status, output, nextState } = tested(task, { input, mock: { errorOutput: { error: "E", cause: "why" } } });
    const expected = { body: "b", error: { Error: "E", Cause: "why" } };
    assert.deepEqual([status, output, nextState], ["CAUGHT_ERROR", expected, "Handler"]);
  });

  test("without a mock is told apart", () => {
    assert.equal(resultOf(task).kind, "unmocked");
  });
});

describe("Map and Parallel", () => {
  const processor = { StartAt: "I", States: { I: { Type: "Pass", End: true } } };
  const distributed = { ...processor, ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" } };

  test("an inline Map shows its items and takes its result from the mock", () => {
    const state = {
      Type: "Map",
      ItemsPath: "$.l",
      ItemSelector: { "i.$": "$$.Map.Item.Index", "v.$": "$$.Map.Item.Value" },
      MaxConcurrency: 2,
      ItemProcessor: processor,
      End: true,
    };
    const { output, inspection } = tested(state, { input: { l: ["a", "b"] }, mock: { result: [1, 2] } });
    assert.deepEqual(output, [1, 2]);
    assert.deepEqual(inspection.afterItemsPath, ["a", "b"]);
    assert.deepEqual(inspection.afterItemSelector, [
      { i: 0, v: "a" },
      { i: 1, v: "b" },
    ]);
    assert.equal(inspection.maxConcurrency, 2);
  });

  test("a Distributed Map reads what it is given, by its pointer, and batches", () => {
    const state = {
      Type: "Map",
      ItemProcessor: distributed,
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "JSON", ItemsPointer: "/data/list", MaxItems: 5 },
        Parameters: { Bucket: "b", Key: "k" },
      },
      ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { "n.$": "$.n" } },
      ToleratedFailureCount: 1,
      ToleratedFailurePercentage: 50,
      End: true,
    };
    const configuration = { mapItemReaderData: { data: { list: [1, 2, 3] } } };
    const mock = { result: [] };
    const { inspection } = tested(state, { input: { n: 7 }, mock, configuration });
    assert.deepEqual(inspection.afterItemsPointer, [1, 2, 3]);
    assert.deepEqual(inspection.afterItemBatcher, [
      { BatchInput: { n: 7 }, Items: [1, 2] },
      { BatchInput: { n: 7 }, Items: [3] },
    ]);
    assert.deepEqual([inspection.toleratedFailureCount, inspection.toleratedFailurePercentage], [1, 50]);
    const failed = tested(state, {
      input: { n: 7 },
      mock,
      configuration: { ...configuration, mapIterationFailureCount: 2 },
    });
    assert.deepEqual(
      [failed.status, failed.error, failed.cause],
      ["FAILED", "States.ExceedToleratedFailureThreshold", "The specified tolerated failure threshold was exceeded"],
    );
  });

  test("a batch holds no more bytes than it may", () => {
    const ItemBatcher = { MaxInputBytesPerBatch: '{"Items":["aa","bb"]}'.length };
    const state = { Type: "Map", ItemProcessor: distributed, ItemBatcher, End: true };
    const { inspection } = tested(state, { input: ["aa", "bb", "cc"], mock: { result: [] } });
    assert.deepEqual(inspection.afterItemBatcher, [{ Items: ["aa", "bb"] }, { Items: ["cc"] }]);
  });

  test("a Parallel of a machine takes the error of a state inside it", () => {
    const machine = {
      StartAt: "P",
      States: {
        P: { Type: "Parallel", Branches: [processor], Catch: [{ ErrorEquals: ["E"], Next: "H" }], End: true },
        H: { Type: "Succeed" },
      },
    };
    const mock = { errorOutput: { error: "E" } };
    const caught = tested(machine, { stateName: "P", mock, configuration: { errorCausedByState: "I" } });
    assert.deepEqual([caught.status, caught.nextState], ["CAUGHT_ERROR", "H"]);
    const elsewhere = resultOf(machine, { stateName: "P", mock, configuration: { errorCausedByState: "H" } });
    assert.equal(elsewhere.kind, "refused");
    const inner = tested(machine, { stateName: "I", input: 4 });
    assert.deepEqual([inner.status, inner.output], ["SUCCEEDED", 4]);
    const results = tested(machine, { stateName: "P", mock: { result: [5] } });
    assert.deepEqual(results.output, [5]);
  });
});

test("requests that do not fit are refused, in AWS's words where they are on record", () => {
  const refusal = (definition: object, options: Options): string => {
    const result = resultOf(definition, options);
    return result.kind === "refused" ? result.message : result.kind;
  };
  const pass = { Type: "Pass", End: true };
  const parallel = { Type: "Parallel", Branches: [{ StartAt: "I", States: { I: pass } }], End: true };
  const mock = { result: {} };
  assert.equal(refusal(pass, { mock }), "State type 'Pass' is not supported when a mock is specified");
  assert.equal(refusal(parallel, { mock }), "Mocked result must be an array");
  assert.match(refusal({ StartAt: "A", States: { A: pass } }, {}), /state name/);
  assert.match(refusal({ StartAt: "A", States: { A: pass } }, { stateName: "B" }), /'B' is not in the definition/);
  assert.match(refusal(pass, { stateName: "A" }), /state machine/);
  assert.equal(refusal({ Type: "Pass" }, {}), "invalidDefinition");
});
