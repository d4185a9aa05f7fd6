/** The `package.json` of the published packages, made from those of the workspace. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isObject } from "../tidy/repository.ts";

/** The public entries: what a program imports, and the source behind it. */
export const publicEntries = [
  { exportName: ".", source: "index" },
  { exportName: "./testing", source: "testing/index" },
] as const;

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

const passedOn = [
  "name",
  "version",
  "description",
  "license",
  "author",
  "homepage",
  "repository",
  "keywords",
  "type",
  "engines",
];

/**
 * The server's manifest.
 *
 * @throws Error when a manifest of the workspace is not an object or lacks its name or version
 */
export function publishedManifest(root: string): Manifest {
  const own = workspaceManifests(root);
  const server = find(own, "tutti");
  return {
    ...common(server),
    bin: { tutti: "./bin/tutti.mjs" },
    exports: Object.fromEntries(
      publicEntries.map(({ exportName, source }) => [
        exportName,
        { types: `./types/server/src/${source}.d.ts`, default: `./${outputName(source)}.js` },
      ]),
    ),
    dependencies: outsideDependencies(server, own),
  };
}

/**
 * The manifest of a package that is one module without dependencies: `index.js` and its declarations.
 *
 * @param name the package's name, such as `@tutti/asl`
 * @throws Error when the workspace has no such package, or it depends on another
 */
export function libraryManifest(root: string, name: string): Manifest {
  const own = workspaceManifests(root);
  const library = find(own, name);
  const dependencies = outsideDependencies(library, own);
  const [dependency] = Object.keys(dependencies);
  if (dependency !== undefined)
    throw new Error(`${name} depends on ${dependency}; it is published without dependencies.`);
  const folder = name.replace(/^@tutti\//, "");
  return {
    ...common(library),
    sideEffects: false,
    exports: { ".": { types: `./types/${folder}/src/index.d.ts`, default: "./index.js" } },
    dependencies,
  };
}

function workspaceManifests(root: string): ReadonlyMap<unknown, Readonly<Record<string, unknown>>> {
  const manifests = globSync("packages/*/package.json", { cwd: root }).map((path) => readManifest(join(root, path)));
  return new Map(manifests.map((manifest) => [manifest["name"], manifest]));
}

function find(
  own: ReadonlyMap<unknown, Readonly<Record<string, unknown>>>,
  name: string,
): Readonly<Record<string, unknown>> {
  const manifest = own.get(name);
  if (manifest === undefined) throw new Error(`No package of the workspace is called ${name}.`);
  return manifest;
}

/** What every published manifest has of its package's own. */
function common(manifest: Readonly<Record<string, unknown>>): { name: string; version: string } {
  const { name, version } = manifest;
  if (typeof name !== "string" || typeof version !== "string") throw new Error("A package has no name or version.");
  const fields = passedOn.filter((field) => field in manifest).map((field) => [field, manifest[field]] as const);
  return { ...Object.fromEntries<unknown>(fields), name, version };
}

/** Every bundle lies in the top folder: `testing/index` becomes `testing.js`. */
export function outputName(source: string): string {
  return source === "index" ? source : source.replace(/\/index$/, "");
}

/** What has to be installed beside the bundle: the packages of the workspace are in it, what they depend on is not. */
function outsideDependencies(
  manifest: Readonly<Record<string, unknown>>,
  own: ReadonlyMap<unknown, Readonly<Record<string, unknown>>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  const { dependencies } = manifest;
  for (const [name, range] of Object.entries(isObject(dependencies) ? dependencies : {})) {
    const inside = own.get(name);
    if (inside !== undefined) Object.assign(found, outsideDependencies(inside, own));
    else if (typeof range === "string") found[name] = range;
  }
  return found;
}

function readManifest(path: string): Readonly<Record<string, unknown>> {
  const value: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isObject(value)) throw new Error(`${path} is not an object.`);
  return value;
}
