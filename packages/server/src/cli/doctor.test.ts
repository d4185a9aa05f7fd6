import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { lockDataDirectory } from "../kernel/store/data-directory.ts";
import { parseCommand } from "./arguments.ts";
import type { StartArguments } from "./arguments.ts";
import { findProblems, nodeProblem } from "./doctor.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-doctor-"));
after(() => rmSync(folder, { recursive: true }));

function options(change: Partial<StartArguments>): StartArguments {
  const command = parseCommand(["start", "--port", "0", "--data-dir", join(folder, "absent", "data")]);
  if (command.name !== "start") throw new Error("not a start command");
  return { ...command.arguments, ...change };
}

test("is silent when all is well, and leaves nothing behind", async () => {
  assert.deepEqual(await findProblems(options({})), []);
  assert.deepEqual(readdirSync(folder), []);
});

test("says one line a problem", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => void taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  writeFileSync(join(folder, "file"), "");
  const problems = await findProblems(
    options({ port, host: "127.0.0.1", dataDirectory: join(folder, "file", "data") }),
  );
  assert.equal(problems.length, 2);
  assert.match(problems[0] ?? "", /is not a directory/);
  assert.match(problems[1] ?? "", new RegExp(`Port ${port} on 127.0.0.1 is in use`));
  taken.close();
  rmSync(join(folder, "file"));
});

test("names the owner of a data directory in use", async () => {
  const lock = lockDataDirectory(join(folder, "used"));
  const [problem] = await findProblems(options({ dataDirectory: join(folder, "used") }));
  assert.match(problem ?? "", new RegExp(`^TUTTI-0110: .* process ${process.pid}`));
  lock.release();
});

test("refuses an old Node", () => {
  assert.match(nodeProblem("20.20.2") ?? "", /Node 20.20.2 is too old/);
  assert.equal(nodeProblem("24.0.0"), undefined);
});
