/** The `package.json` of the published package, made from those of the workspace. */
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

/** @throws Error when a manifest of the workspace is not an object or lacks its name or version */
export function publishedManifest(root: string): Manifest {
  const manifests = globSync("packages/*/package.json", { cwd: root }).map((path) => readManifest(join(root, path)));
  const own = new Map(manifests.map((manifest) => [manifest["name"], manifest]));
  const server = own.get("tutti");
  if (server === undefined) throw new Error("No package of the workspace is called tutti.");
  const { name, version } = server;
  if (typeof name !== "string" || typeof version !== "string")
    throw new Error("packages/server has no name or version.");
  return {
    ...Object.fromEntries(passedOn.filter((field) => field in server).map((field) => [field, server[field]])),
    name,
    version,
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
