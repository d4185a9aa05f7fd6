/**
 * What a module looks like: no `any`, no default export (tools that ask for one in a configuration get it), and no barrel,
 * a file that only passes on what others export, except for a package's public face.
 */
import { isObject, readJsonObject, resolveFrom } from "../repository.ts";
import type { Repository } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";
import { walk } from "../source-file.ts";
import type { SourceFile } from "../source-file.ts";

const configuration = /(?:^|\/)[\w.-]+\.config\.[cm]?[jt]s$/;

export const anyTypes: Rule = {
  name: "nothing is any",
  check: ({ sources }) =>
    sources.flatMap(({ path, program, lineAt }) => {
      const findings: Finding[] = [];
      walk(program, (node) => {
        if (node.type !== "TSAnyKeyword") return;
        findings.push({ path, line: lineAt(node.start), message: "any: say what it is, or unknown and find out" });
      });
      return findings;
    }),
};

export const defaultExports: Rule = {
  name: "exports have names",
  check: ({ sources }) =>
    sources.filter(({ path }) => !configuration.test(path)).flatMap((source) => [...defaultExportsIn(source)]),
};

export const barrelFiles: Rule = {
  name: "no file only passes on what others export",
  check: (repository) => {
    const faces = publicFaces(repository);
    return repository.sources
      .filter((source) => !faces.has(source.path) && isBarrel(source))
      .map(({ path }) => ({ path, line: 1, message: "a barrel: import from the files themselves and delete it" }));
  },
};

function defaultExportsIn({ path, program, lineAt }: SourceFile): Finding[] {
  const message = "a default export: give it a name";
  return program.body.flatMap((node) => {
    const isDefault =
      node.type === "ExportDefaultDeclaration" ||
      (node.type === "ExportNamedDeclaration" &&
        node.specifiers.some(({ exported }) => exported.type === "Identifier" && exported.name === "default"));
    return isDefault ? [{ path, line: lineAt(node.start), message }] : [];
  });
}

function isBarrel({ program }: SourceFile): boolean {
  const passesOn = program.body.filter((node) => {
    if (node.type === "ExportAllDeclaration") return true;
    return node.type === "ExportNamedDeclaration" && node.declaration === null && node.specifiers.length > 0;
  });
  const imports = program.body.filter(({ type }) => type === "ImportDeclaration");
  return passesOn.length > 0 && passesOn.length + imports.length === program.body.length;
}

/** The files that a package's `exports` name. */
function publicFaces(repository: Repository): ReadonlySet<string> {
  const faces = new Set<string>();
  for (const path of repository.files.keys()) {
    if (!path.endsWith("package.json")) continue;
    const { exports } = readJsonObject(repository, path);
    if (!isObject(exports)) continue;
    for (const target of Object.values(exports)) {
      if (typeof target === "string") faces.add(resolveFrom(path, target));
    }
  }
  return faces;
}
