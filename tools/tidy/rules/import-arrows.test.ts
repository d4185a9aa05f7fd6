import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../testing.ts";
import { importArrows } from "./import-arrows.ts";

function importing(from: string, specifier: string): string[] {
  return messages(importArrows, { [`packages/server/src/${from}`]: `import type { X } from "${specifier}";` });
}

test("a part may import what the arrows lead to", () => {
  assert.deepEqual(importing("protocol/http/handler.ts", "../../kernel/call.ts"), []);
  assert.deepEqual(importing("services/sqs/service.ts", "../../delivery/service.ts"), []);
  assert.deepEqual(importing("services/sqs/operations/send-message.ts", "../limits.ts"), []);
  assert.deepEqual(importing("server/services.ts", "../services/sqs/service.ts"), []);
  assert.deepEqual(importing("testing/index.ts", "../server/tutti-server.ts"), []);
  assert.deepEqual(importing("cli/main.ts", "../version.ts"), []);
  assert.deepEqual(importing("index.ts", "./server/tutti-server.ts"), []);
});

test("the kernel imports nothing but itself", () => {
  assert.deepEqual(importing("kernel/timers.ts", "../services/sqs/limits.ts"), [
    "kernel must not import services: it may import nothing but itself",
  ]);
});

test("protocol and delivery do not import services or each other", () => {
  assert.deepEqual(importing("protocol/http/handler.ts", "../../services/sqs/dialect.ts"), [
    "protocol must not import services: it may import kernel",
  ]);
  assert.deepEqual(importing("delivery/deliver.ts", "../protocol/codec.ts"), [
    "delivery must not import protocol: it may import kernel",
  ]);
});

test("a service never imports another service, nor the server", () => {
  assert.deepEqual(importing("services/states/service.ts", "../sqs/service.ts"), [
    "services/states must not import services/sqs: reach it through delivery, by ARN",
  ]);
  assert.match(
    importing("services/sqs/service.ts", "../../server/options.ts")[0] ?? "",
    /^services must not import server/,
  );
});

test("nothing imports the command, and the server does not import its test harness", () => {
  assert.match(importing("server/options.ts", "../cli/arguments.ts")[0] ?? "", /^server must not import cli/);
  assert.match(importing("server/options.ts", "../testing/index.ts")[0] ?? "", /^server must not import testing/);
});

test("a new part has to be drawn first", () => {
  assert.match(importing("helpers/strings.ts", "../kernel/call.ts")[0] ?? "", /"helpers" is not a part of the design/);
});

test("dynamic imports and re-exports count, tests are free", () => {
  const path = "packages/server/src/kernel/a.ts";
  assert.equal(messages(importArrows, { [path]: `await import("../cli/main.ts");` }).length, 1);
  assert.equal(messages(importArrows, { [path]: `export { x } from "../cli/main.ts";` }).length, 1);
  assert.equal(messages(importArrows, { [path]: `let x: import("../cli/main.ts").X;` }).length, 1);
  assert.deepEqual(importing("protocol/codec.test.ts", "../services/sqs/dialect.ts"), []);
});
