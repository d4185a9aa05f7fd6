/**
 * Runs a file with a Node that is new enough, in the place of the process that asks.
 *
 * Plain JavaScript for Node 18 and later, because it must at least start, and say what is wrong, where the rest cannot.
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join, parse } from "node:path";

export const oldestMajor = 24;

/** Some versions warn about TypeScript and SQLite on every start; nobody who reads it could do anything about it. */
const nodeOptions = ["--disable-warning=ExperimentalWarning"];

/**
 * Runs `file` with `args` and does not return: this process becomes it where the system can do that (then signals and
 * `kill -9` reach it directly), otherwise waits for it, passes signals on, and ends as it ended.
 *
 * Where this Node is too old, the binary of the npm package `node` is used, looked for from `file` upwards.
 * @param {string} file
 * @param {readonly string[]} args
 */
export function run(file, args) {
  const node = newEnough(process.versions.node) ? process.execPath : findNodePackage(dirname(file)).binary;
  if (node === undefined) {
    process.stderr.write(`${advice(file)}\n`);
    process.exit(1);
  }
  keepCompiled(file);
  const words = [...nodeOptions, file, ...args];
  if (typeof process.execve === "function" && process.platform !== "win32") {
    process.execve(node, [node, ...words], process.env);
  }
  follow(spawn(node, words, { stdio: "inherit" }));
}

/**
 * Has Node keep what it makes of TypeScript beside the packages: the compiler it would load at every start takes 45 MB in
 * a process that then runs for weeks. The published package holds JavaScript and needs none of this.
 * @param {string} file
 */
function keepCompiled(file) {
  const { folder } = findNodePackage(dirname(file));
  if (!file.endsWith(".ts") || folder === undefined || process.env.NODE_COMPILE_CACHE !== undefined) return;
  process.env.NODE_COMPILE_CACHE = join(dirname(folder), ".cache", "compiled-sources");
}

/** @param {string} version such as `24.1.0` */
export function newEnough(version) {
  return Number.parseInt(version, 10) >= oldestMajor;
}

/**
 * The npm package `node` nearest to `folder`, and its binary once its install script has run.
 * @param {string} folder
 * @returns {{ folder?: string, binary?: string }}
 */
export function findNodePackage(folder) {
  const top = parse(folder).root;
  for (let place = folder; ; place = dirname(place)) {
    const found = join(place, "node_modules", "node");
    if (existsSync(found)) {
      const binary = join(found, "bin", process.platform === "win32" ? "node.exe" : "node");
      return existsSync(binary) ? { folder: found, binary } : { folder: found };
    }
    if (place === top) return {};
  }
}

function advice(file) {
  const tooOld = `This needs Node ${oldestMajor} or newer, and is being run by Node ${process.versions.node}.`;
  if (findNodePackage(dirname(file)).folder === undefined) {
    return `${tooOld}\nInstall Node ${oldestMajor} or newer; in a checkout of the repository, "npm ci" brings one along.`;
  }
  return [
    tooOld,
    `The npm package "node" is installed to help with that, but it has no binary: npm did not run its install script.`,
    "Either allow that script:",
    "  npm install-scripts approve node && npm rebuild node",
    `or install Node ${oldestMajor} or newer. Then run the same command again.`,
  ].join("\n");
}

function follow(child) {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => {
      // A terminal has sent Ctrl-C to the child already.
      if (signal !== "SIGINT" || !process.stdin.isTTY) child.kill(signal);
    });
  }
  child.on("error", (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
