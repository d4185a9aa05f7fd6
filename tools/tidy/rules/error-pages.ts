/**
 * Tutti's own faults carry a code, `TUTTI-` and four digits, and every code has a page `docs/errors/<code>.md` that says
 * what happened and what to do. A page without its code has gone stale.
 */
import { isTestCode } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";
import { literalText, walk } from "../source-file.ts";
import type { SourceFile } from "../source-file.ts";

const code = /\bTUTTI-\d{4}\b/g;
const page = /^docs\/errors\/(?<code>TUTTI-\d{4})\.md$/;

export const errorPages: Rule = {
  name: "every error code has a page, and every page its code",
  check: ({ files, sources }) => {
    const used = sources.filter(({ path }) => !isTestCode(path)).flatMap((source) => [...codesIn(source)]);
    const usedCodes = new Set(used.map(({ name }) => name));
    const undocumented = used
      .filter(({ name }) => !files.has(`docs/errors/${name}.md`))
      .map(({ name, path, line }) => ({ path, line, message: `${name} has no page docs/errors/${name}.md` }));
    const stale = [...files.keys()].flatMap((path): Finding[] => {
      const name = page.exec(path)?.groups?.["code"];
      if (name === undefined || usedCodes.has(name)) return [];
      return [{ path, line: 1, message: `nothing gives ${name} any more: delete its page` }];
    });
    return [...undocumented, ...stale];
  },
};

function codesIn({ path, program, lineAt }: SourceFile): { name: string; path: string; line: number }[] {
  const found: { name: string; path: string; line: number }[] = [];
  walk(program, (node) => {
    const text = node.type === "TemplateElement" ? node.value.raw : literalText(node);
    if (text === undefined || node.type === "TemplateLiteral") return;
    for (const [name] of text.matchAll(code)) found.push({ name, path, line: lineAt(node.start) });
  });
  return found;
}
