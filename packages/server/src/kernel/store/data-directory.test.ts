import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { DataDirectoryInUse, lockDataDirectory } from "./data-directory.ts";

function inFolder(body: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "tutti-lock-"));
  try {
    body(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test("a directory has one owner, who can be told from the message", () =>
  inFolder((folder) => {
    const lock = lockDataDirectory(join(folder, "deep", "data"));
    assert.throws(
      () => lockDataDirectory(join(folder, "deep", "data")),
      (error) =>
        error instanceof DataDirectoryInUse &&
        error.message.includes(String(process.pid)) &&
        error.message.includes("--data-dir"),
    );
    lock.release();
    lockDataDirectory(join(folder, "deep", "data")).release();
  }));

test("the lock of a process that is gone is taken over, also when its number was given to another", () =>
  inFolder((folder) => {
    for (const owner of [`{"pid":${2 ** 22 + 1},"startedAt":"1"}`, `{"pid":${process.pid},"startedAt":"1"}`, '{"pi']) {
      writeFileSync(join(folder, "tutti.lock"), owner);
      const lock = lockDataDirectory(folder);
      lock.release();
      assert.equal(existsSync(join(folder, "tutti.lock")), false);
    }
  }));
