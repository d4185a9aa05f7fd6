/** The launcher as a program; an old Node is played by one that says so. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

const launcher = join(import.meta.dirname, "launch.mjs");
const folder = mkdtempSync(join(tmpdir(), "tutti-launch-"));
after(() => rmSync(folder, { recursive: true }));

const script = join(folder, "script.ts");
writeFileSync(
  script,
  `const words: string[] = process.argv.slice(2);
   if (words[0] === "wait") {
     process.on("SIGTERM", () => process.exit(5));
     setInterval(() => undefined, 1000);
     console.log("waiting");
   } else {
     console.log(JSON.stringify({ main: import.meta.main, words }));
     process.exitCode = 7;
   }`,
);
const withoutExecve = preload("delete process.execve;");
const old = preload(
  `Object.defineProperty(process, "versions", { value: { node: "20.1.0" } }); delete process.execve;`,
);

function preload(code: string): readonly string[] {
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

function launch(options: readonly string[], ...args: readonly string[]) {
  return spawnSync(process.execPath, [...options, launcher, ...args], { encoding: "utf8" });
}

for (const [how, options] of [
  ["in its place", []],
  ["as a child", withoutExecve],
] as const) {
  test(`runs a TypeScript file ${how}: arguments, exit code, silence on standard error`, () => {
    const { status, stdout, stderr } = launch(options, script, "a b", "--flag");
    assert.deepEqual(JSON.parse(stdout), { main: true, words: ["a b", "--flag"] });
    assert.equal(stderr, "");
    assert.equal(status, 7);
  });

  test(`passes a signal to what runs ${how}`, async () => {
    const child = spawn(process.execPath, [...options, launcher, script, "wait"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout, "data");
    child.kill("SIGTERM");
    assert.deepEqual(await once(child, "exit"), [5, null]);
  });
}

test("an old Node says what it needs and ends with 1", () => {
  const { status, stdout, stderr } = launch(old, script);
  assert.equal(status, 1);
  assert.equal(stdout, "");
  assert.match(stderr, /^This needs Node 24 or newer, and is being run by Node 20\.1\.0\.\nInstall Node 24/);
});

test("an old Node beside a node package without its binary says how to allow the install script", () => {
  const packageFolder = join(folder, "node_modules", "node");
  mkdirSync(packageFolder, { recursive: true });
  const { status, stderr } = launch(old, script);
  assert.equal(status, 1);
  assert.match(stderr, /npm install-scripts approve node && npm rebuild node/);

  mkdirSync(join(packageFolder, "bin"));
  symlinkSync(process.execPath, join(packageFolder, "bin", "node"));
  assert.equal(launch(old, script).status, 7, "with the binary there, it is used");
});

test("without a file to run it says how to call it", () => {
  const { status, stderr } = launch([]);
  assert.equal(status, 2);
  assert.match(stderr, /^usage: node tools\/launch\.mjs/);
});
