/**
 * What the pages tell people to type is there: every `npm run x` is a script, every path written as code is a file or
 * folder. A path is taken for one when it begins with a folder of the repository (or of the page's own); a `*` or a
 * `<name>` in it stands for anything.
 */
import { matchesGlob } from "node:path/posix";
import { readPage } from "../markdown.ts";
import type { Located } from "../markdown.ts";
import { isObject, pathExists, readJsonObject, resolveFrom } from "../repository.ts";
import type { Repository } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";

const shellLanguages = new Set(["", "bash", "console", "sh", "shell"]);
const npmCommand =
  /(?:^|[\s;&|(])npm (?:-\S+ )*(?:run(?:-script)? (?<script>[\w:.-]+)|(?<direct>test|start|stop|restart)\b)/g;
const pathForm = /^(?:\.\/)?[\w@.<>*-]+(?:\/[\w@.<>*+-]+)+\/?$/;
/** Made on each machine, never committed. */
const madeFolder = /(?:^|\/)(?:dist|node_modules)(?:\/|$)/;
const rootFile = /^[\w.-]+\.(?:cjs|js|json|lock|md|mjs|sh|ts|ya?ml)$/;

export const documentNames: Rule = {
  name: "commands and paths named in the pages exist",
  check: (repository) =>
    [...repository.files]
      .filter(([path]) => path.endsWith(".md"))
      .flatMap(([path, text]) => [...checkPage(repository, path, text)]),
};

function checkPage(repository: Repository, path: string, text: string): Finding[] {
  const { codeSpans, fences } = readPage(text);
  const commands: Located[] = [
    ...codeSpans,
    ...fences
      .filter(({ language }) => shellLanguages.has(language))
      .flatMap(({ lines, line }) => lines.map((content, index) => ({ text: content, line: line + 1 + index }))),
  ];
  const { scripts } = readJsonObject(repository, "package.json");
  const known = isObject(scripts) ? scripts : {};
  const absentScripts = commands.flatMap(({ text: command, line }) =>
    scriptsIn(command)
      .filter((script) => !Object.hasOwn(known, script))
      .map((script) => ({ path, line, message: `package.json has no script "${script}"` })),
  );
  const absentPaths = codeSpans
    .filter(({ text: name }) => isPath(repository, path, name) && !leadsSomewhere(repository, path, name))
    .map(({ text: name, line }) => ({ path, line, message: `there is no ${name}` }));
  return [...absentScripts, ...absentPaths];
}

/** The scripts of `package.json` that a command line runs. */
export function scriptsIn(command: string): string[] {
  return [...command.matchAll(npmCommand)].flatMap(({ groups }) => groups?.["script"] ?? groups?.["direct"] ?? []);
}

function isPath(repository: Repository, page: string, name: string): boolean {
  if (rootFile.test(name) || madeFolder.test(name)) return false;
  if (!pathForm.test(name)) return false;
  const [first = ""] = name.replace(/^\.\//, "").split("/");
  if (first.includes("*") || first.includes("<")) return false;
  return pathExists(repository, first) || pathExists(repository, resolveFrom(page, first));
}

function leadsSomewhere(repository: Repository, page: string, name: string): boolean {
  const pattern = name.replaceAll(/<[^>]*>/g, "*").replace(/\/$/, "");
  return [pattern, resolveFrom(page, pattern)].some((candidate) => {
    if (!candidate.includes("*")) return pathExists(repository, candidate);
    return repository.files.keys().some((path) => matchesGlob(path, candidate) || matchesGlob(path, `${candidate}/**`));
  });
}
