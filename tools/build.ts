/**
 * `npm run build`: makes the packages as they are published, each in its folder `dist`: `tutti` (`packages/server`), and
 * `@tutti/asl`, the language on its own.
 *
 * The server: JavaScript in a few files with the workspace's own packages inlined, the declarations of the two public entries, the data
 * files the sources read, its pages, and a `package.json` of its own. Then it starts what it made.
 */
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundle } from "./build/bundle.ts";
import { emitDeclarations } from "./build/declarations.ts";
import { buildLibrary } from "./build/library.ts";
import { publicEntries, publishedManifest } from "./build/manifest.ts";
import { copyPages } from "./build/pages.ts";
import { tryOut } from "./build/try-out.ts";

const root = join(import.meta.dirname, "..");
const server = join(root, "packages", "server");
const dist = join(server, "dist");

rmSync(dist, { recursive: true, force: true });
mkdirSync(join(dist, "bin"), { recursive: true });

const manifest = publishedManifest(root);
await bundle({ sources: join(server, "src"), dist, external: Object.keys(manifest.dependencies) });
emitDeclarations({
  root,
  dist,
  folder: "server",
  entries: publicEntries.map(({ source }) => source),
  dependencies: Object.keys(manifest.dependencies),
});
for (const file of ["run.mjs", "tutti.mjs"]) copyFileSync(join(server, "bin", file), join(dist, "bin", file));
copyFileSync(join(root, "LICENSE"), join(dist, "LICENSE"));
copyPages(root, dist);
writeFileSync(join(dist, "package.json"), `${JSON.stringify(manifest, undefined, 2)}\n`);
await tryOut(dist, manifest.version);
await buildLibrary(root, "asl");
console.log("Built packages/server/dist and packages/asl/dist.");
