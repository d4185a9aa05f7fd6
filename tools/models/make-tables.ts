/**
 * Makes the compact model tables the server reads.
 *
 *   node tools/models/make-tables.ts [--check] <folder-with-models> <service>…
 *
 * The folder holds one full AWS service model per file, `<service>.json`. With `--check` nothing is written: the
 * command fails when a committed table is not what the model gives.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { compactModel, printTable } from "./compact-model.ts";

const TABLES_FOLDER = join(import.meta.dirname, "../../packages/server/src/protocol/models");

function main(args: readonly string[]): number {
  const check = args.includes("--check");
  const [folder, ...services] = args.filter((arg) => arg !== "--check");
  if (folder === undefined || services.length === 0) {
    console.error("usage: make-tables.ts [--check] <folder-with-models> <service>…");
    return 2;
  }
  let stale = 0;
  for (const service of services) {
    const model: unknown = JSON.parse(readFileSync(join(folder, `${service}.json`), "utf8"));
    const text = printTable(compactModel(service, model));
    const target = join(TABLES_FOLDER, `${service}.json`);
    if (!check) {
      writeFileSync(target, text);
      console.log(`${service}: ${text.length} characters`);
    } else if (readFileSync(target, "utf8") !== text) {
      console.error(`${service}: the committed table is not what the model gives`);
      stale += 1;
    }
  }
  return stale === 0 ? 0 : 1;
}

process.exitCode = main(process.argv.slice(2));
