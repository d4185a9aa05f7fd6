// Runs a TypeScript file of this repository with a Node that can: the `node` package's, when the system's is too old.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const oldestMajor = 24;
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const bundled = join(root, "node_modules", "node", "bin", process.platform === "win32" ? "node.exe" : "node");

function runtime() {
  if (Number.parseInt(process.versions.node, 10) >= oldestMajor) return process.execPath;
  if (existsSync(bundled)) return bundled;
  console.error(
    `Tutti needs Node ${oldestMajor} or newer; this is ${process.versions.node}, and the "node" package has no binary here:\n` +
      "npm did not run its install script. Allow it with\n" +
      "  npm install-scripts approve node && npm rebuild node\n" +
      `or install Node ${oldestMajor} or newer, and run this again.`,
  );
  process.exit(1);
}

const child = spawn(runtime(), process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
