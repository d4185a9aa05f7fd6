/** `npm test [-- pattern …]`: every test of the repository through Node's test runner. */
import { spawnSync } from "node:child_process";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const wanted = process.argv.slice(2);
const patterns = wanted.length > 0 ? wanted : ["packages/*/src/**/*.test.ts", "tools/**/*.test.ts", "test/**/*.test.ts"];
const run = spawnSync(process.execPath, ["--test", "--test-concurrency=2", ...patterns], { cwd: root, stdio: "inherit" });
process.exit(run.status ?? 1);
