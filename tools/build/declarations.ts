/**
 * The declarations of a package's public entries: what the compiler emits for them and for all they lead to, with the workspace's
 * packages found by relative paths. Files that no public declaration needs are left out.
 */
import { spawnSync } from "node:child_process";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";

export interface DeclarationOptions {
  readonly root: string;
  /** `packages/<folder>/dist`. */
  readonly dist: string;
  /** The package's folder within `packages`. */
  readonly folder: string;
  /** Its public entries, such as `testing/index`. */
  readonly entries: readonly string[];
  /** Packages that are installed beside the bundle, whose types may be named. */
  readonly dependencies: readonly string[];
}

const specifierForm = /(?<before>\bfrom |\bimport\(|\bimport )"(?<specifier>[^"]+)"/g;

/** @throws Error when the compiler refuses, or a public declaration names a package that users do not have */
export function emitDeclarations({ root, dist, folder, entries, dependencies }: DeclarationOptions): void {
  const types = join(dist, "types");
  compile(root, dist, types, entries);
  const needed = new Set<string>();
  const waiting = entries.map((entry) => join(types, folder, "src", `${entry}.d.ts`));
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (needed.has(path)) continue;
    if (!existsSync(path)) throw new Error(`The compiler made no ${relative(dist, path)}.`);
    needed.add(path);
    waiting.push(...rewrite(path, types, dependencies));
  }
  for (const file of globSync("**/*.d.ts", { cwd: types })) {
    if (!needed.has(join(types, file))) rmSync(join(types, file));
  }
}

function compile(root: string, dist: string, types: string, entries: readonly string[]): void {
  const project = join(dist, "tsconfig.json");
  const files = entries.map((entry) => `../src/${entry}.ts`);
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: "../..",
    outDir: types,
  };
  writeFileSync(project, JSON.stringify({ extends: join(root, "tsconfig.json"), compilerOptions, files, include: [] }));
  const { status, stdout } = spawnSync(join(root, "node_modules", ".bin", "tsc"), ["-p", project], {
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`The declarations cannot be made.\n${stdout}`);
  rmSync(project);
}

/** Makes the specifiers of one file such that they lead somewhere in `dist`; gives the files they lead to. */
function rewrite(path: string, types: string, dependencies: readonly string[]): string[] {
  const led: string[] = [];
  const text = readFileSync(path, "utf8").replaceAll(specifierForm, (whole, before: string, specifier: string) => {
    if (specifier.startsWith("node:")) return whole;
    const target = declarationOf(path, types, specifier);
    if (target === undefined) {
      if (dependencies.some((name) => specifier === name || specifier.startsWith(`${name}/`))) return whole;
      throw new Error(
        `${relative(types, path)} names a type of "${specifier}", which users of the package do not have.`,
      );
    }
    led.push(target);
    const relativePath = relative(dirname(path), target)
      .replaceAll("\\", "/")
      .replace(/\.d\.ts$/, ".js");
    return `${before}"${relativePath.startsWith(".") ? relativePath : `./${relativePath}`}"`;
  });
  writeFileSync(path, text);
  return led;
}

/** The file a specifier leads to: a neighbour, or the face of a package of the workspace. */
function declarationOf(path: string, types: string, specifier: string): string | undefined {
  if (specifier.startsWith(".")) return join(dirname(path), specifier.replace(/\.ts$/, ".d.ts"));
  const own = /^@tutti\/(?<name>[\w-]+)$/.exec(specifier)?.groups?.["name"];
  return own === undefined ? undefined : join(types, own, "src", "index.d.ts");
}
