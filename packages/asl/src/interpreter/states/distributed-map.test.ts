/** https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../../json/value.ts";
import { mapRunItemInput } from "../map-run-item.ts";
import { checkHistory } from "../testing/history-checks.ts";
import { runMachine } from "../testing/host.ts";
import type { TestRun } from "../testing/host.ts";
import { failureOf, links } from "../testing/links.ts";
import { machineOf } from "../testing/machines.ts";
import type { Definition } from "../testing/machines.ts";

const PROCESSOR = {
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "EXPRESS" },
  StartAt: "I",
  States: { I: { Type: "Pass", End: true } },
};
const ARN = "arn:aws:states:eu-west-1:123456789012:mapRun:machine/Orders:6f8f2c7c-0c37-4b0e-8c13-d0c1d0d8a001";
const HOST = { now: 0, random: () => 0.5, uuid: () => "00000000-0000-4000-8000-000000000000" };

function machine(fields: Definition): ReturnType<typeof machineOf> {
  return machineOf({
    StartAt: "A",
    States: {
      A: { Type: "Pass", Assign: { "limit.$": "$.limit" }, Next: "M" },
      M: { Type: "Map", Label: "Orders", ItemProcessor: PROCESSOR, ...fields, End: true },
    },
  });
}

const INPUT = { limit: 3, list: ["a", "b"], key: "k", n: 7 };

function succeeds(output: JsonObject): NonNullable<TestRun["mapRuns"]> {
  return () => [
    { after: 1, event: { kind: "mapRunStarted", mapRunArn: ARN } },
    { after: 2, event: { kind: "mapRunStarted", mapRunArn: ARN } },
    { after: 5, event: { kind: "mapRunSucceeded", output } },
    { after: 6, event: { kind: "mapRunSucceeded", output: {} } },
  ];
}

test("a Map Run is asked for with everything that is evaluated once", () => {
  const { mapRuns, execution, history } = runMachine({
    machine: machine({
      ItemReader: {
        Resource: "arn:aws:states:::s3:getObject",
        ReaderConfig: { InputType: "CSV", CSVHeaderLocation: "FIRST_ROW", MaxItemsPath: "$limit" },
        Parameters: { Bucket: "b", "Key.$": "$.key" },
      },
      ItemSelector: { "v.$": "$$.Map.Item.Value", "n.$": "$.n", "limit.$": "$limit" },
      ItemBatcher: { MaxItemsPerBatch: 2, MaxInputBytesPerBatchPath: "$.n", BatchInput: { "n.$": "$.n" } },
      ResultWriter: {
        Resource: "arn:aws:states:::s3:putObject",
        Parameters: { Bucket: "results", "Prefix.$": "$.key" },
        WriterConfig: { OutputType: "JSONL", Transformation: "FLATTEN" },
      },
      MaxConcurrency: 100,
      ToleratedFailureCountPath: "$.limit",
      ToleratedFailurePercentage: 12.5,
      ResultSelector: { "at.$": "$.MapRunArn" },
      ResultPath: "$.run",
      Assign: { "run.$": "$.MapRunArn" },
    }),
    input: INPUT,
    mapRuns: succeeds({ MapRunArn: ARN }),
    roundTrip: true,
  });
  const [request, ...others] = mapRuns;
  assert.deepEqual(others, []);
  const { selection, ...rest } = request ?? assert.fail();
  assert.deepEqual(rest, {
    mapRunId: "map:0:5",
    stateName: "M",
    label: "Orders",
    processor: "/States/M/ItemProcessor",
    executionType: "EXPRESS",
    maxConcurrency: 100,
    toleratedFailureCount: 3,
    toleratedFailurePercentage: 12.5,
    reader: {
      action: "getObject",
      parameters: { Bucket: "b", Key: "k" },
      config: { inputType: "CSV", csvHeaderLocation: "FIRST_ROW", maxItems: 3 },
    },
    batcher: { maxItemsPerBatch: 2, maxInputBytesPerBatch: 7, batchInput: { n: 7 } },
    writer: {
      parameters: { Bucket: "results", Prefix: "k" },
      config: { outputType: "JSONL", transformation: "FLATTEN" },
    },
  });
  assert.deepEqual([selection.input, selection.variables], [INPUT, { limit: 3 }]);
  assert.deepEqual(execution.output, { ...INPUT, run: { at: ARN } });
  checkHistory(history);
  assert.deepEqual(links(history).slice(3), [
    "4 MapStateEntered ←3",
    "5 MapStateStarted ←4",
    "6 MapRunStarted ←5",
    "7 MapRunSucceeded ←6",
    "8 MapStateSucceeded ←7",
    "9 MapStateExited ←7",
    "10 ExecutionSucceeded ←9",
  ]);
  // AWS shows no length for items that are to be read.
  assert.deepEqual(history[4]?.details, { length: 0 });
  assert.deepEqual(history[5]?.details, { mapRunArn: ARN });
});

test("items of the input go with the request; each makes an input, also long after", () => {
  const compiled = machine({ ItemsPath: "$.list", ItemSelector: { "v.$": "$$.Map.Item.Value", "l.$": "$limit" } });
  const { mapRuns, history } = runMachine({ machine: compiled, input: INPUT });
  const [request] = JSON.parse(JSON.stringify(mapRuns)) as typeof mapRuns;
  assert.ok(request);
  assert.deepEqual(request.items, INPUT.list);
  assert.deepEqual(history.at(-1)?.details, { length: 2 });
  const inputs = INPUT.list.map((value, index) => mapRunItemInput(compiled, request, { index, value }, HOST));
  assert.deepEqual(inputs, [
    { v: "a", l: 3 },
    { v: "b", l: 3 },
  ]);
});

test("a Map Run that fails can be tried again and caught", () => {
  const { execution, history, mapRuns } = runMachine({
    machine: machineOf({
      StartAt: "M",
      States: {
        M: {
          Type: "Map",
          ItemProcessor: PROCESSOR,
          Retry: [{ ErrorEquals: ["States.ItemReaderFailed"], MaxAttempts: 1 }],
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "C" }],
          End: true,
        },
        C: { Type: "Pass", End: true },
      },
    }),
    input: [1],
    mapRuns: () => [
      { after: 1, event: { kind: "mapRunStarted", mapRunArn: ARN } },
      { after: 2, event: { kind: "mapRunFailed", error: "States.ItemReaderFailed", cause: "why" } },
    ],
    roundTrip: true,
  });
  checkHistory(history);
  assert.equal(mapRuns.length, 2);
  assert.deepEqual(execution.output, { Error: "States.ItemReaderFailed", Cause: "why" });
  assert.deepEqual(links(history).slice(2, 10), [
    "3 MapStateStarted ←2",
    "4 MapRunStarted ←3",
    "5 MapRunFailed ←4",
    "6 MapStateFailed ←5",
    "7 MapStateStarted ←6",
    "8 MapRunStarted ←7",
    "9 MapRunFailed ←8",
    "10 MapStateFailed ←9",
  ]);
  assert.deepEqual(history[4]?.details, { error: "States.ItemReaderFailed", cause: "why" });
});

test("stopping the execution calls the Map Run off", () => {
  const { commands, history } = runMachine({
    machine: machine({ ItemsPath: "$.list" }),
    input: INPUT,
    mapRuns: () => [{ after: 1, event: { kind: "mapRunStarted", mapRunArn: ARN } }],
    events: [{ at: 3, event: { kind: "stop" } }],
  });
  checkHistory(history);
  assert.deepEqual(commands.slice(1), [{ kind: "cancelMapRun", mapRunId: "map:0:5" }, { kind: "finish" }]);
  assert.deepEqual(links(history).slice(5), [
    "6 MapRunStarted ←5",
    "7 MapRunAborted ←6",
    "8 MapStateAborted ←7",
    "9 ExecutionAborted ←8",
  ]);
});

test("a result that is too large fails the Map", () => {
  const { execution } = runMachine({
    machine: machine({ ItemsPath: "$.list" }),
    input: INPUT,
    mapRuns: succeeds({ text: "v".repeat(262_144) }),
  });
  assert.deepEqual(failureOf(execution), {
    error: "States.DataLimitExceeded",
    cause: "The state/task 'M' returned a result with a size exceeding the maximum number of bytes service limit.",
  });
});
