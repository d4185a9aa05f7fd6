/** A relative link of a page leads to a file or folder of the repository, and its fragment to a heading of that page. */
import { readPage } from "../markdown.ts";
import type { Page } from "../markdown.ts";
import { pathExists, resolveFrom } from "../repository.ts";
import type { Repository } from "../repository.ts";
import type { Finding, Rule } from "../rule.ts";

export const markdownLinks: Rule = {
  name: "links between pages lead somewhere",
  check: (repository) => {
    const pages = new Map(
      [...repository.files].filter(([path]) => path.endsWith(".md")).map(([path, text]) => [path, readPage(text)]),
    );
    return [...pages].flatMap(([path, page]) =>
      page.links.flatMap(({ text, line }): Finding[] => {
        const message = brokenLink(repository, pages, path, text);
        return message === undefined ? [] : [{ path, line, message }];
      }),
    );
  },
};

function brokenLink(
  repository: Repository,
  pages: ReadonlyMap<string, Page>,
  from: string,
  link: string,
): string | undefined {
  if (/^[a-z][a-z+.-]*:/i.test(link) || link.startsWith("//")) return undefined;
  const [target = "", fragment] = link.split("#");
  const path = target === "" ? from : resolveFrom(from, decodeURI(target));
  if (target.startsWith("/") || path.startsWith("../")) return `${link} leads out of the repository`;
  if (!pathExists(repository, path)) return `${link} leads to nothing: there is no ${path}`;
  const page = pages.get(path);
  if (fragment === undefined || fragment === "" || page === undefined || page.anchors.has(fragment)) return undefined;
  return `${link}: ${path} has no heading "${fragment}"`;
}
