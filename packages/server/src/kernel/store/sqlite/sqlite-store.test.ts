import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

test("the store's thread starts in a process whose own flags would not suit it", () => {
  const store = JSON.stringify(new URL("./sqlite-store.ts", import.meta.url).href);
  const program = `
    const { openSqliteStore } = await import(${store});
    const store = openSqliteStore(":memory:");
    await store.migrate([]);
    await store.close();
    console.log("closed");`;
  const flags = ["--input-type=module", "--disable-warning=ExperimentalWarning", "--eval", program];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  assert.deepEqual({ stdout, stderr }, { stdout: "closed\n", stderr: "" });
});
