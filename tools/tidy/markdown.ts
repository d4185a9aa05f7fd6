/** The parts of a Markdown page the rules read. Not a whole parser: pages here are plain. */

export interface Page {
  readonly links: readonly Located[];
  /** Text between back quotes. */
  readonly codeSpans: readonly Located[];
  readonly fences: readonly Fence[];
  /** What a `#fragment` may name, as GitHub makes it of the headings. */
  readonly anchors: ReadonlySet<string>;
}

export interface Located {
  readonly text: string;
  readonly line: number;
}

/** A fenced block of code. */
export interface Fence {
  /** What stands after the opening fence: `sh`, `json`, … */
  readonly language: string;
  readonly line: number;
  readonly lines: readonly string[];
}

export function readPage(text: string): Page {
  const links: Located[] = [];
  const codeSpans: Located[] = [];
  const fences: Fence[] = [];
  const anchors = new Set<string>();
  let open: { mark: string; lines: string[] } | undefined;
  for (const [index, content] of text.split("\n").entries()) {
    const line = index + 1;
    if (open !== undefined) {
      if (content.trim().startsWith(open.mark)) open = undefined;
      else open.lines.push(content);
      continue;
    }
    const opening = /^\s*(?<mark>`{3,}|~{3,})\s*(?<language>\S*)/.exec(content)?.groups;
    if (opening !== undefined) {
      const lines: string[] = [];
      fences.push({ language: opening["language"] ?? "", line, lines });
      open = { mark: opening["mark"] ?? "", lines };
      continue;
    }
    const prose = content.replaceAll(/(`+)(.+?)\1(?!`)/g, (_, __, code: string) => {
      codeSpans.push({ text: code.trim(), line });
      return "code";
    });
    links.push(...linksIn(prose).map((target) => ({ text: target, line })));
    const heading = /^#{1,6}\s+(?<title>.*?)\s*#*$/.exec(content)?.groups?.["title"];
    if (heading !== undefined) addAnchor(anchors, heading);
  }
  return { links, codeSpans, fences, anchors };
}

function linksIn(prose: string): string[] {
  const inline = [...prose.matchAll(/\]\(\s*<?(?<target>[^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const definitions = [...prose.matchAll(/^\s*\[[^\]]+\]:\s*<?(?<target>[^\s>]+)/g)];
  return [...inline, ...definitions].flatMap(({ groups }) => groups?.["target"] ?? []);
}

function addAnchor(anchors: Set<string>, heading: string): void {
  const slug = heading
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
    .replaceAll(" ", "-");
  let unique = slug;
  for (let count = 1; anchors.has(unique); count += 1) unique = `${slug}-${count}`;
  anchors.add(unique);
}
