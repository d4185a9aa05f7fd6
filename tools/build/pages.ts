/** The pages of a package: its README and whatever that leads to, so that no link of what is published ends nowhere. */
import { copyFileSync, mkdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { readPage } from "../tidy/markdown.ts";

/**
 * Copies README.md of `home`, the files its relative links lead to, and theirs, to the same places below `dist`. Of a
 * folder it is the README.
 *
 * @throws Error for a link that leads to nothing, or out of `home`
 */
export function copyPages(home: string, dist: string): void {
  const pages = ["README.md"];
  const seen = new Set(pages);
  for (const page of pages) {
    mkdirSync(dirname(join(dist, page)), { recursive: true });
    copyFileSync(join(home, page), join(dist, page));
    if (!page.endsWith(".md")) continue;
    for (const { text } of readPage(readFileSync(join(home, page), "utf8")).links) {
      const linked = linkedFile(home, page, text);
      if (linked === undefined || seen.has(linked)) continue;
      seen.add(linked);
      pages.push(linked);
    }
  }
}

/** Undefined for a link to elsewhere, or to a place on the same page. */
function linkedFile(home: string, page: string, link: string): string | undefined {
  const [target = ""] = link.split("#");
  if (target === "" || /^[a-z][a-z+.-]*:/i.test(link)) return undefined;
  const path = normalize(join(dirname(page), decodeURI(target)));
  const found = path.startsWith("..") ? undefined : statSync(join(home, path), { throwIfNoEntry: false });
  if (found === undefined) throw new Error(`${page}: ${link} leads to nothing that could be published`);
  return found.isDirectory() ? join(path, "README.md") : path;
}
