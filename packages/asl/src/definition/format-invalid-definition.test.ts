import assert from "node:assert/strict";
import { it } from "node:test";
import { compileDefinition } from "./compile-definition.ts";
import { formatInvalidDefinition } from "./format-invalid-definition.ts";

function messageOf(definition: object): string {
  const compiled = compileDefinition(JSON.stringify(definition));
  assert.ok(!compiled.ok);
  return formatInvalidDefinition(compiled.diagnostics);
}

it("joins the problems as AWS does", () => {
  const definition = {
    StartAt: "pass1",
    States: { pass1: { Type: "Pass", Next: "pass3" }, pass2: { Type: "Pass", End: true } },
  };
  assert.equal(
    messageOf(definition),
    `Invalid State Machine Definition: 'MISSING_TRANSITION_TARGET: Missing 'Next' target: pass3 at /States/pass1/Next, MISSING_TRANSITION_TARGET: State "pass2" is not reachable. at /States/pass2'`,
  );
});

it("writes null for a problem without a location", () => {
  const definition = { StartAt: "A", States: { A: { Type: "Pass", Next: "B" }, B: { Type: "Pass", Next: "A" } } };
  assert.equal(
    messageOf(definition),
    "Invalid State Machine Definition: 'MISSING_END_STATE: Workflow has no terminal state at null'",
  );
});

it("keeps AWS's two blanks in an Express workflow's refusal", () => {
  const resource = "arn:aws:states:::sqs:sendMessage.waitForTaskToken";
  const text = JSON.stringify({ StartAt: "X", States: { X: { Type: "Task", Resource: resource, End: true } } });
  const compiled = compileDefinition(text, { type: "EXPRESS" });
  assert.ok(!compiled.ok);
  assert.equal(
    formatInvalidDefinition(compiled.diagnostics),
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Express state machine does not support '.waitForTaskToken' service integration  at /States/X/Resource'",
  );
});

it("leaves warnings out", () => {
  const message = messageOf({ StartAt: "A", States: { A: { Type: "Pass", Result: "$.a", End: true, Foo: 1 } } });
  assert.equal(
    message,
    "Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: Field 'Foo' is not supported at /States/A'",
  );
});
