import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { libraryManifest, publishedManifest } from "./manifest.ts";

const folder = mkdtempSync(join(tmpdir(), "tutti-manifest-"));
after(() => rmSync(folder, { recursive: true }));

function workspace(manifests: Readonly<Record<string, object>>): string {
  const root = mkdtempSync(join(folder, "workspace-"));
  for (const [name, manifest] of Object.entries(manifests)) {
    const path = join(root, "packages", name, "package.json");
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, JSON.stringify(manifest));
  }
  return root;
}

test("the published manifest has what users need and nothing of the workspace", () => {
  const root = workspace({
    asl: { name: "@tutti/asl", version: "1.2.3", dependencies: { jsonata: "^2.0.0", "@tutti/event-pattern": "1.2.3" } },
    "event-pattern": { name: "@tutti/event-pattern", version: "1.2.3" },
    server: {
      name: "tutti",
      version: "1.2.3",
      license: "Apache-2.0",
      private: true,
      type: "module",
      engines: { node: ">=24" },
      scripts: { test: "x" },
      dependencies: { "@tutti/asl": "1.2.3", pg: "^8.0.0" },
      devDependencies: { esbuild: "^0.28.0" },
    },
  });
  assert.deepEqual(publishedManifest(root), {
    name: "tutti",
    version: "1.2.3",
    license: "Apache-2.0",
    type: "module",
    engines: { node: ">=24" },
    bin: { tutti: "./bin/tutti.mjs" },
    exports: {
      ".": { types: "./types/server/src/index.d.ts", default: "./index.js" },
      "./testing": { types: "./types/server/src/testing/index.d.ts", default: "./testing.js" },
    },
    dependencies: { jsonata: "^2.0.0", pg: "^8.0.0" },
  });
});

test("a workspace without the server, or a server without a version, is refused", () => {
  assert.throws(
    () => publishedManifest(workspace({ asl: { name: "@tutti/asl" } })),
    /No package of the workspace is called tutti/,
  );
  assert.throws(() => publishedManifest(workspace({ server: { name: "tutti" } })), /no name or version/);
});

test("a library's manifest has one export and no dependency", () => {
  const root = workspace({
    asl: {
      name: "@tutti/asl",
      version: "1.2.3",
      type: "module",
      license: "Apache-2.0",
      exports: { ".": "./src/index.ts" },
    },
    other: { name: "@tutti/other", version: "1.2.3", dependencies: { "left-pad": "^1.0.0" } },
  });
  assert.deepEqual(libraryManifest(root, "@tutti/asl"), {
    name: "@tutti/asl",
    version: "1.2.3",
    license: "Apache-2.0",
    type: "module",
    sideEffects: false,
    exports: { ".": { types: "./types/asl/src/index.d.ts", default: "./index.js" } },
    dependencies: {},
  });
  assert.throws(() => libraryManifest(root, "@tutti/other"), /depends on left-pad/);
  assert.throws(() => libraryManifest(root, "@tutti/none"), /No package of the workspace is called @tutti\/none/);
});
