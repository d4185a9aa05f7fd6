import assert from "node:assert/strict";
import { test } from "node:test";
import { messages } from "../testing.ts";
import { bannedCalls } from "./banned-calls.ts";

/** What is banned in `code`, by the name it is reported under. */
function banned(code: string, path = "packages/server/src/services/sqs/queue.ts"): string[] {
  return messages(bannedCalls, { [path]: code }).map((message) => message.slice(0, message.indexOf(": ")));
}

const violations: readonly (readonly [code: string, name: string])[] = [
  ["const a = Date.now();", "Date.now"],
  ["const clock = { now: Date.now };", "Date.now"],
  [`const a = Date["now"]();`, "Date.now"],
  ["const a = globalThis.Date.now();", "Date.now"],
  ["const a = new Date();", "new Date()"],
  ["const a = new globalThis.Date();", "new Date()"],
  ["const a = Date();", "Date()"],
  ["setTimeout(() => {}, 5);", "setTimeout"],
  ["globalThis.setTimeout(() => {}, 5);", "setTimeout"],
  ["const wait = { later: setTimeout };", "setTimeout"],
  ["const timers = { setTimeout };", "setTimeout"],
  ["setInterval(() => {}, 5);", "setInterval"],
  ["setImmediate(() => {});", "setImmediate"],
  ["const a = Math.random();", "Math.random"],
  ["const a = performance.now();", "performance.now"],
  ["const a = process.hrtime.bigint();", "process.hrtime"],
  ["const a = crypto.randomUUID();", "crypto.randomUUID"],
  [`import { randomUUID } from "node:crypto";`, "randomUUID"],
  [`import { randomBytes as bytes } from "crypto";`, "randomBytes"],
  [`import nodeCrypto from "node:crypto"; nodeCrypto.randomBytes(3);`, "crypto.randomBytes"],
  [`import * as all from "node:crypto"; all.randomInt(3);`, "crypto.randomInt"],
  [`import { setTimeout as sleep } from "node:timers/promises";`, "node:timers/promises"],
  ["const signal = AbortSignal.timeout(5);", "AbortSignal.timeout"],
];

for (const [code, name] of violations) {
  test(`finds ${code}`, () => assert.deepEqual(banned(code), [name]));
}

const allowed: readonly string[] = [
  "const a = new Date(0);",
  "const a = new Date(call.now).toISOString();",
  "const a = clock.now();",
  "clock.setTimeout(5);",
  "const a = { setTimeout: 1 };",
  "class A { setTimeout() {} }",
  "interface A { setTimeout(): void; readonly setInterval: number }",
  "let handle: ReturnType<typeof setTimeout>;",
  `const text = "Date.now() and setTimeout()"; // Math.random()`,
  `import { createHash } from "node:crypto"; createHash("md5");`,
  `import type { randomUUID } from "node:crypto";`,
  "clearTimeout(handle);",
];

for (const code of allowed) {
  test(`allows ${code}`, () => assert.deepEqual(banned(code), []));
}

test("the kernel, tests, tools, benchmarks and examples are free", () => {
  for (const path of [
    "packages/server/src/kernel/clock.ts",
    "packages/server/src/services/sqs/queue.test.ts",
    "tools/test.ts",
    "bench/clients.ts",
    "examples/booking/demo.ts",
    "test/e2e/restart.test.ts",
  ]) {
    assert.deepEqual(banned("Date.now(); setTimeout(() => {}, Math.random());", path), [], path);
  }
});

test("names the replacement, and in a pure package a parameter", () => {
  const [server] = messages(bannedCalls, { "packages/server/src/server/a.ts": "Math.random();" });
  assert.match(server ?? "", /RandomSource/);
  const [pure] = messages(bannedCalls, { "packages/asl/src/a.ts": "Math.random();" });
  assert.match(pure ?? "", /take it as a parameter/);
});
