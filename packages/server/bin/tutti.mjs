#!/usr/bin/env node
// The command `tutti`: the sources in a checkout of the repository, the bundle in the published package.
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { run } from "./run.mjs";

const folder = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(folder, "src", "cli", "main.ts");
run(existsSync(source) ? source : join(folder, "cli.js"), process.argv.slice(2));
