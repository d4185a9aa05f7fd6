/** With several nodes an operation that changes something must be decided by one of them, and say by which. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Hops } from "../../delivery/hops.ts";
import { OperationRegistry } from "../../delivery/operation-registry.ts";
import { RealClock } from "../../kernel/clock.ts";
import { Kernel } from "../../kernel/kernel.ts";
import { systemRandom } from "../../kernel/random.ts";
import { MemoryStore } from "../../kernel/store/memory-store.ts";
import { createServices } from "../services.ts";
import { isReadOperation } from "./shard-router.ts";

function services() {
  const onFatal = (error: unknown): void => assert.fail(String(error));
  const kernel = new Kernel({ store: new MemoryStore(), clock: new RealClock(), random: systemRandom, onFatal });
  const registry = new OperationRegistry();
  return createServices(kernel, registry, new Hops({ kernel, registry })).map(({ service }) => service);
}

test("every operation of every service names its target, or only reads", () => {
  const nameless = services().flatMap(({ name, operations }) =>
    Object.entries(operations)
      .filter(([operation, { target }]) => target === undefined && !isReadOperation(operation))
      .map(([operation]) => `${name}:${operation}`),
  );
  assert.deepEqual(nameless, []);
});

test("what takes something away is not repeated as if it only read", () => {
  for (const name of ["GetActivityTask", "ReceiveMessage", "SendMessage"]) assert.equal(isReadOperation(name), false);
  for (const name of ["GetQueueUrl", "DescribeExecution", "ListQueues"]) assert.equal(isReadOperation(name), true);
});

/** Of AWS's API references: WaitTimeSeconds of API_ReceiveMessage, and "the service holds the poll" of API_GetActivityTask. */
test("the long polls say how long they may wait, so that an answer is waited for longer", () => {
  const waits = services().flatMap(({ operations }) =>
    Object.entries(operations).map(([operation, { longestWaitMs = 0 }]) => [operation, longestWaitMs] as const),
  );
  assert.deepEqual(Object.fromEntries(waits.filter(([, longestWaitMs]) => longestWaitMs > 0)), {
    GetActivityTask: 60_000,
    ReceiveMessage: 20_000,
  });
});
