/**
 * The JavaScript of the published package, and the data files it reads.
 *
 * All bundles lie in the top folder of `dist`, data files where they lie in the sources. A source that looks for a neighbour
 * through `import.meta.url` still finds it: the address it sees is that of its own place in the sources, ending in `.js`.
 */
import { copyFileSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { build } from "esbuild";
import type { Plugin } from "esbuild";
import { outputName, publicEntries } from "./manifest.ts";

export interface BundleOptions {
  /** `packages/server/src`. */
  readonly sources: string;
  readonly dist: string;
  /** Packages that are installed beside the bundle. */
  readonly external: readonly string[];
}

/** @throws Error when something does not resolve or would not be found at run time */
export async function bundle({ sources, dist, external }: BundleOptions): Promise<void> {
  const workers = globSync("**/*-worker.ts", { cwd: sources });
  const entries = [
    ...publicEntries.map(({ source }) => ({ in: join(sources, `${source}.ts`), out: outputName(source) })),
    { in: join(sources, "cli", "main.ts"), out: "cli" },
    ...workers.map((worker) => ({ in: join(sources, worker), out: basename(worker, ".ts") })),
  ];
  await build({
    entryPoints: entries,
    outdir: dist,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    external: [...external],
    chunkNames: "chunk-[hash]",
    legalComments: "none",
    logLevel: "warning",
    plugins: [ownAddress(sources)],
  });
  for (const worker of workers) leadToWorker(dist, worker);
  for (const file of globSync("**/*", { cwd: sources, withFileTypes: true })) {
    const path = relative(sources, join(file.parentPath, file.name));
    if (file.isFile() && isData(path)) copy(join(sources, path), join(dist, path));
  }
}

function ownAddress(sources: string): Plugin {
  return {
    name: "own-address",
    setup: (pluginBuild) => {
      pluginBuild.onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const text = readFileSync(path, "utf8");
        if (/import\.meta\.(?:dirname|filename)/.test(text))
          throw new Error(`${path}: use import.meta.url, a bundle can keep that`);
        const place = relative(sources, path).replaceAll("\\", "/").replace(/\.ts$/, ".js");
        const contents = text.replaceAll(
          /\bimport\.meta\.url\b/g,
          `new URL(${JSON.stringify(`./${place}`)}, import.meta.url).href`,
        );
        return { contents, loader: "ts" };
      });
    },
  };
}

/** A worker is started by its place in the sources; what stands there leads to its bundle. */
function leadToWorker(dist: string, worker: string): void {
  const place = join(dist, worker.replace(/\.ts$/, ".js"));
  const target = relative(dirname(place), join(dist, `${basename(worker, ".ts")}.js`)).replaceAll("\\", "/");
  mkdirSync(dirname(place), { recursive: true });
  writeFileSync(place, `import ${JSON.stringify(target)};\n`);
}

function isData(path: string): boolean {
  return !/\.(?:ts|md)$/.test(path) && !path.includes("testdata");
}

function copy(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  copyFileSync(from, to);
}
