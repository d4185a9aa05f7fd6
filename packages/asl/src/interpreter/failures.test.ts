/** The error names and causes of failures, word for word; each case says where its words are from. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import type { Json } from "../json/value.ts";
import { checkHistory } from "./testing/history-checks.ts";
import { runMachine, succeeds } from "./testing/host.ts";
import { detailsOf, failureOf } from "./testing/links.ts";
import { machineOf } from "./testing/machines.ts";
import type { Definition } from "./testing/machines.ts";

interface FailureCase {
  readonly name: string;
  readonly definition: Definition;
  readonly input: Json;
  readonly error: string;
  readonly cause: string;
  /** The field that `EvaluationFailed` names; absent for failures that leave no such event. */
  readonly location?: string;
  readonly source: string;
}

const cases = JSON.parse(
  readFileSync(new URL("testdata/failures.json", import.meta.url), "utf8"),
) as readonly FailureCase[];

describe("failures", () => {
  for (const { name, definition, input, error, cause, location, source } of cases) {
    test(`${name} (${source})`, () => {
      const { execution, history } = runMachine({ machine: machineOf(definition), input, tasks: () => succeeds({}) });
      assert.deepEqual([execution.status, failureOf(execution)], ["FAILED", { error, cause }]);
      checkHistory(history);
      const evaluationFailed = history.filter((event) => event.type === "EvaluationFailed");
      assert.deepEqual(
        evaluationFailed.map((event) => event.details),
        location === undefined ? [] : [{ error, cause, location, state: "S" }],
      );
      assert.deepEqual(detailsOf(history, "ExecutionFailed"), { error, cause });
    });
  }
});
