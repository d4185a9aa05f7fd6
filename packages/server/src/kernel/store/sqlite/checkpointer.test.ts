import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, test } from "node:test";
import { Checkpointer } from "./checkpointer.ts";
import type { Thread } from "./sqlite-thread.ts";

test("a thread that has broken off does not keep the store from being closed", async () => {
  let asked = 0;
  const broken = {
    ask: async () => {
      asked += 1;
      throw new Error("too many open files");
    },
    hearNow: () => undefined,
    stop: () => assert.fail("it has ended already"),
  };
  const finish = (): Promise<void> => assert.fail("nothing has been written back");
  const checkpointer = new Checkpointer("nowhere", () => broken, finish);
  checkpointer.written({ statements: [], widths: [], runs: [], parameters: ["x".repeat(8 * 2 ** 20)] });
  await checkpointer.close();
  assert.equal(asked, 2);
});

test("no thread is started for what is still being committed when the store is closed", async () => {
  const start = (): never => assert.fail("nobody would end it");
  const checkpointer = new Checkpointer("nowhere", start, async () => undefined);
  const closed = checkpointer.close();
  checkpointer.written({ statements: [], widths: [], runs: [], parameters: ["x".repeat(8 * 2 ** 20)] });
  await closed;
});

test("the thread that commits is asked for the rest when the log has become long", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-finish-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "tutti.db");
  writeFileSync(path, "");
  const asked: string[] = [];
  let logBytes = 2 * 2 ** 20;
  const thread = {
    ask: async ({ kind }: { kind: string }) => {
      asked.push(kind);
      return [[logBytes]];
    },
    hearNow: () => undefined,
    stop: async () => undefined,
  };
  const checkpointer = new Checkpointer(
    path,
    () => thread,
    async () => void asked.push("finish"),
  );
  const written = { statements: [], widths: [], runs: [], parameters: ["x".repeat(3 * 2 ** 20)] };
  for (const bytes of [2, 15, 17]) {
    logBytes = bytes * 2 ** 20;
    checkpointer.written(written);
    await checkpointer.settled();
  }
  assert.deepEqual(asked, ["checkpoint", "checkpoint", "checkpoint", "finish"]);
  await checkpointer.close();
  await checkpointer.closeFile();
});

describe("when the log cannot be written back", () => {
  const written = { statements: [], widths: [], runs: [], parameters: ["x".repeat(3 * 2 ** 20)] };
  const threadThat = (ask: Thread["ask"]): Thread => ({ ask, hearNow: () => undefined, stop: async () => undefined });
  const full = 20 * 2 ** 20;

  test("nothing is committed any more after a sync of the database file has failed", async () => {
    // A device, which cannot be synced.
    const thread = threadThat(async () => [[full]]);
    const finish = (): Promise<void> => assert.fail("the log must not begin anew");
    const checkpointer = new Checkpointer("/dev/null", () => thread, finish);
    checkpointer.check();
    checkpointer.written(written);
    await checkpointer.settled();
    assert.throws(() => checkpointer.check(), /^Error: disk I\/O error: EINVAL/);
    await checkpointer.close();
    await checkpointer.closeFile();
  });

  test("a fault of the disk that SQLite meets counts as much, on both threads; a full disk is for the commits to tell", async (context) => {
    const folder = mkdtempSync(join(tmpdir(), "tutti-fault-"));
    context.after(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "tutti.db");
    writeFileSync(path, "");
    for (const [message, isFault] of [
      ["Error: disk I/O error", true],
      ["Error: database or disk is full", false],
    ] as const) {
      const fail = async (): Promise<never> => {
        throw new Error(message);
      };
      for (const checkpointer of [
        new Checkpointer(path, () => threadThat(fail), fail),
        new Checkpointer(path, () => threadThat(async () => [[full]]), fail),
      ]) {
        checkpointer.written(written);
        await checkpointer.settled();
        if (isFault) assert.throws(() => checkpointer.check(), { message });
        else checkpointer.check();
        await checkpointer.close();
        await checkpointer.closeFile();
      }
    }
  });
});
