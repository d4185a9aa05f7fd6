/**
 * Every source file is reached from where something starts: what a package exports, a command, a script of a
 * `package.json`, a test; and beside the packages, a program that a page or CI names by its path.
 *
 * A file is reached by an import, or by its path standing as a string in a file that is reached: that is how a worker
 * thread or a child process is started.
 */
import { isObject, readJsonObject, resolveFrom } from "../repository.ts";
import type { Repository } from "../repository.ts";
import type { Rule } from "../rule.ts";
import { literalText, walk } from "../source-file.ts";
import type { SourceFile } from "../source-file.ts";

const sourcePath = /[\w@.-]+(?:\/[\w@.-]+)*\.(?:[cm]?[jt]s|tsx)\b/g;
/** Found by the tools they configure. */
const configuration = /(?:^|\/)[\w.-]+\.config\.[cm]?[jt]s$/;

export const deadFiles: Rule = {
  name: "every source file is reached from an entry point",
  check: (repository) => {
    const reached = reach(repository);
    return repository.sources
      .filter(({ path }) => !reached.has(path))
      .map(({ path }) => ({
        path,
        line: 1,
        message: "nothing imports this file, and nothing starts it: delete it or use it",
      }));
  },
};

function reach(repository: Repository): ReadonlySet<string> {
  const byPath = new Map(repository.sources.map((source) => [source.path, source]));
  const reached = new Set<string>();
  const waiting = entryPoints(repository);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const source = byPath.get(path);
    if (source === undefined || reached.has(path)) continue;
    reached.add(path);
    waiting.push(...pathsIn(source, packageNames(repository)));
  }
  return reached;
}

function entryPoints(repository: Repository): string[] {
  const { files, sources } = repository;
  const entries = sources
    .map(({ path }) => path)
    .filter((path) => path.endsWith(".test.ts") || configuration.test(path));
  for (const [path, text] of files) {
    if (path.endsWith("package.json")) {
      const { exports, bin, scripts } = readJsonObject(repository, path);
      const named = JSON.stringify([exports, bin, scripts]).match(sourcePath) ?? [];
      entries.push(...named.map((name) => resolveFrom(path, name)));
    } else if (path.endsWith(".md") || path.startsWith(".ci/")) {
      const named = text.match(sourcePath) ?? [];
      entries.push(
        ...[...named, ...named.map((name) => resolveFrom(path, name))].filter((name) => !name.startsWith("packages/")),
      );
    }
  }
  return entries;
}

/** Where a package's name leads: `@tutti/asl` to `packages/asl/src/index.ts`, `tutti/testing` to its export. */
function packageNames(repository: Repository): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const path of repository.files.keys()) {
    if (!path.endsWith("package.json")) continue;
    const { name, exports } = readJsonObject(repository, path);
    if (typeof name !== "string" || !isObject(exports)) continue;
    for (const [key, target] of Object.entries(exports)) {
      if (typeof target === "string") names.set(name + key.slice(1), resolveFrom(path, target));
    }
  }
  return names;
}

function pathsIn({ path, program, imports }: SourceFile, packages: ReadonlyMap<string, string>): string[] {
  const found = imports.flatMap(({ specifier }) => packages.get(specifier) ?? []);
  walk(program, (node) => {
    const text = literalText(node);
    if (text === undefined || !/\.(?:[cm]?[jt]s|tsx)$/.test(text)) return;
    // Relative to the file as in an import, or to the repository's root as a program's argument.
    found.push(resolveFrom(path, text), text);
  });
  return found;
}
