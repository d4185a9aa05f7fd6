import assert from "node:assert/strict";
import { test } from "node:test";
import { runMachine } from "../testing/host.ts";
import { links } from "../testing/links.ts";
import { machineOf, singleState } from "../testing/machines.ts";

test("Succeed ends the execution with its output", () => {
  const machine = singleState({ Type: "Succeed", InputPath: "$.a", OutputPath: "$.b" });
  const { execution, history } = runMachine({ machine, input: { a: { b: 7 } } });
  assert.equal(execution.status, "SUCCEEDED");
  assert.equal(execution.output, 7);
  assert.deepEqual(links(history), [
    "1 ExecutionStarted ←0",
    "2 SucceedStateEntered ←0",
    "3 SucceedStateExited ←2",
    "4 ExecutionSucceeded ←3",
  ]);
});

test("in a branch it ends that branch alone", () => {
  const machine = machineOf({
    StartAt: "Both",
    States: {
      Both: {
        Type: "Parallel",
        Branches: [
          { StartAt: "Early", States: { Early: { Type: "Succeed" } } },
          {
            StartAt: "Nap",
            States: {
              Nap: { Type: "Wait", Seconds: 1, Next: "Late" },
              Late: { Type: "Pass", Result: "late", End: true },
            },
          },
        ],
        Next: "After",
      },
      After: { Type: "Pass", End: true },
    },
  });
  const { execution, history } = runMachine({ machine, input: 1 });
  assert.deepEqual(execution.output, [1, "late"]);
  assert.ok(history.some((event) => event.type === "PassStateEntered" && event.details?.["name"] === "After"));
});
