import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
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
    assert.deepEqual(readdirSync(join(folder, "deep", "data")).toSorted(), ["owner.lock", "tutti.lock"]);
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

test("who has it is said where that can be written, and is not what the lock is", () =>
  inFolder((folder) => {
    mkdirSync(join(folder, "tutti.lock"));
    const lock = lockDataDirectory(folder);
    assert.throws(() => lockDataDirectory(folder), /in use by another process\./);
    lock.release();
    lockDataDirectory(folder).release();
  }));

test("a living owner keeps its lock, whatever its file says, until it ends in any way", async (context) => {
  const folder = mkdtempSync(join(tmpdir(), "tutti-lock-"));
  context.after(() => rmSync(folder, { recursive: true }));
  const source = JSON.stringify(new URL("./data-directory.ts", import.meta.url).href);
  const program = `
    const { lockDataDirectory } = await import(${source});
    lockDataDirectory(${JSON.stringify(folder)});
    console.log("locked");
    process.stdin.resume();`;
  const flags = ["--input-type=module", "--disable-warning=ExperimentalWarning", "--eval", program];
  const owner = spawn(process.execPath, flags, { stdio: ["pipe", "pipe", "inherit"] });
  context.after(() => owner.kill("SIGKILL"));
  await once(owner.stdout, "data");
  assert.throws(() => lockDataDirectory(folder), new RegExp(`in use by process ${owner.pid}\\.`));
  // One that has only just made it; one in another container, whose processes have other numbers.
  for (const text of ["", '{"pi', '{"pid":1}', `{"pid":${2 ** 22 + 1}}`]) {
    writeFileSync(join(folder, "tutti.lock"), text);
    assert.throws(() => lockDataDirectory(folder), DataDirectoryInUse, text);
  }
  const ended = once(owner, "exit");
  owner.kill("SIGKILL");
  await ended;
  lockDataDirectory(folder).release();
});
