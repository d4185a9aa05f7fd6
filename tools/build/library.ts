/**
 * A pure package as it is published on its own: one module for any JavaScript host, its declarations, its pages. What was
 * made is then loaded in a process of its own.
 */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { emitDeclarations } from "./declarations.ts";
import { libraryManifest } from "./manifest.ts";
import { copyPages } from "./pages.ts";

/**
 * Makes `packages/<folder>/dist`.
 *
 * @throws Error when something does not resolve, asks for Node or for another package, or does not load
 */
export async function buildLibrary(root: string, folder: string): Promise<void> {
  const home = join(root, "packages", folder);
  const dist = join(home, "dist");
  rmSync(dist, { recursive: true, force: true });
  mkdirSync(dist, { recursive: true });
  const manifest = libraryManifest(root, `@tutti/${folder}`);
  // Neutral: a module of Node's does not resolve.
  await build({
    entryPoints: [join(home, "src", "index.ts")],
    outfile: join(dist, "index.js"),
    bundle: true,
    format: "esm",
    platform: "neutral",
    target: "es2022",
    legalComments: "none",
    logLevel: "warning",
  });
  emitDeclarations({ root, dist, folder, entries: ["index"], dependencies: [] });
  copyFileSync(join(root, "LICENSE"), join(dist, "LICENSE"));
  copyPages(home, dist);
  writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
  load(join(dist, "index.js"));
}

function load(path: string): void {
  const program = `await import(${JSON.stringify(pathToFileURL(path).href)})`;
  const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`What was built does not load: ${path}\n${stderr}`);
}
