import assert from "node:assert/strict";
import { test } from "node:test";
import { Checkpointer } from "./checkpointer.ts";

test("a thread that has broken off does not keep the store from being closed", async () => {
  let asked = 0;
  const checkpointer = new Checkpointer("nowhere", () => ({
    ask: async () => {
      asked += 1;
      throw new Error("too many open files");
    },
    hearNow: () => undefined,
    stop: () => assert.fail("it has ended already"),
  }));
  checkpointer.written({ statements: [], widths: [], runs: [], parameters: ["x".repeat(8 * 2 ** 20)] });
  await checkpointer.close();
  assert.equal(asked, 2);
});
