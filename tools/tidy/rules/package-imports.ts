/**
 * What a package may import from outside itself.
 *
 * - `asl` and `event-pattern` run in a browser: no `node:` module, and no other package.
 * - A package is reached by its name and its exports, never by a path into its folder.
 * - Code that is published imports only what its `package.json` declares; a type that disappears may come from anywhere.
 */
import { isObject, isTestCode, readJsonObject, resolveFrom } from "../repository.ts";
import type { Repository } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";
import type { ModuleReference, SourceFile } from "../source-file.ts";

const purePackages: ReadonlySet<string> = new Set(["packages/asl", "packages/event-pattern"]);
/** Parts of the server that know no service, and so no language of one either. */
const languageFree = /^packages\/server\/src\/(?:kernel|protocol)\//;

export const packageImports: Rule = {
  name: "packages import only what they declare, and pure ones nothing of Node's",
  check: (repository) =>
    repository.sources
      .filter(({ path }) => !isTestCode(path))
      .flatMap((source) =>
        source.imports.flatMap((reference): Finding[] => {
          const message = wrongImport(repository, source, reference);
          return message === undefined ? [] : [{ path: source.path, line: reference.line, message }];
        }),
      ),
};

function wrongImport(
  repository: Repository,
  { path }: SourceFile,
  { specifier, typeOnly }: ModuleReference,
): string | undefined {
  const folder = path.split("/").slice(0, 2).join("/");
  if (specifier.startsWith(".")) {
    if (resolveFrom(path, specifier).startsWith(`${folder}/`)) return undefined;
    return `"${specifier}" leads out of ${folder}: import the other package by its name`;
  }
  if (purePackages.has(folder))
    return `"${specifier}": ${folder} runs in a browser and imports nothing but its own files`;
  if (specifier.startsWith("node:")) return undefined;
  if (languageFree.test(path) && specifier.startsWith("@tutti/")) {
    return `"${specifier}": kernel and protocol know no service's language`;
  }
  if (typeOnly) return undefined;
  const name = packageName(specifier);
  const { dependencies } = readJsonObject(repository, `${folder}/package.json`);
  if (isObject(dependencies) && name in dependencies) return undefined;
  return `"${name}" is not among the dependencies of ${folder}/package.json`;
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
