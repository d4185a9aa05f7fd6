import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("./main.ts", import.meta.url));

test("a server goes on when nobody reads any more what it says", async (context) => {
  const words = [main, "start", "--port", "0", "--in-memory", "--log-level", "info"];
  const child = spawn(process.execPath, words, { stdio: ["ignore", "pipe", "pipe"] });
  context.after(() => child.kill("SIGKILL"));
  // Its log has a closed pipe from the first line on, as behind a `tee` that has ended.
  child.stderr.destroy();
  let said = "";
  for await (const part of child.stdout as AsyncIterable<Buffer>)
    if ((said += part.toString()).endsWith("Ready.\n")) break;
  const { status } = await fetch(`${/endpoint\s+(\S+)/.exec(said)?.[1]}/_tutti/health`);
  assert.equal(status, 200);
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  assert.deepEqual(await ended, [0, null]);
});
