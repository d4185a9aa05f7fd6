// Runs a TypeScript file of this repository: node tools/launch.mjs <file.ts> [argument …]
import { resolve } from "node:path";
import { run } from "../packages/server/bin/run.mjs";

const [file, ...args] = process.argv.slice(2);
if (file === undefined) {
  process.stderr.write("usage: node tools/launch.mjs <file.ts> [argument …]\n");
  process.exit(2);
}
run(resolve(file), args);
