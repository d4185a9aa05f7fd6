/**
 * Reads a text that may not be JSON yet, because someone is typing it: gives a tree of what is there.
 *
 * What is missing is missing in the tree: a member without a value, a container without its end. Commas and colons are
 * taken where they stand and not asked for. A closing marker closes the nearest container of its kind, and all within;
 * one that has none is passed over. On a text that is JSON the tree holds exactly its value. Iterative, and linear but
 * for the look behind a text for its colon, so any depth and length will do. `parseJson` is the strict reader.
 */
import { tokenFrom } from "./tolerant-tokens.ts";
import type { Token } from "./tolerant-tokens.ts";
import type { ArrayNode, MemberNode, ObjectNode, ScalarNode, SyntaxNode } from "./syntax-tree.ts";
import { memberName } from "./syntax-tree.ts";
import { setOwn } from "./value.ts";
import type { Json } from "./value.ts";

/** The tree of `text`; `undefined` when there is nothing in it. Never throws. */
export function parseTolerantly(text: string): SyntaxNode | undefined {
  return new TolerantParser(text).parse();
}

class TolerantParser {
  readonly #text: string;
  readonly #open: (ArrayNode | ObjectNode)[] = [];
  #root: SyntaxNode | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): SyntaxNode | undefined {
    let offset = 0;
    for (let token = tokenFrom(this.#text, 0); token; token = tokenFrom(this.#text, offset)) {
      this.#take(token);
      offset = token.end;
    }
    for (const container of this.#open) endContainer(container, this.#text.length);
    return this.#root;
  }

  #take(token: Token): void {
    const { kind, start, end } = token;
    switch (kind) {
      case "{":
        return this.#enter({ kind: "object", start, end, members: [], value: {}, closed: false });
      case "[":
        return this.#enter({ kind: "array", start, end, items: [], value: [], closed: false });
      case "}":
        return this.#close("object", token);
      case "]":
        return this.#close("array", token);
      case ":":
        return this.#colon(start);
      case ",": {
        const member = this.#lastMember();
        if (member && member.comma === undefined) {
          member.comma = start;
          member.end = end;
        }
        return;
      }
      case "text":
      case "word":
        return this.#scalar({ kind, start, end, closed: token.closed, value: scalarValue(this.#text, token) });
    }
  }

  #enter(node: ArrayNode | ObjectNode): void {
    this.#place(node);
    this.#open.push(node);
  }

  #close(kind: "array" | "object", { start, end }: Token): void {
    const depth = this.#open.findLastIndex((node) => node.kind === kind);
    if (depth < 0) return;
    const [closed, ...within] = this.#open.splice(depth);
    for (const node of within) endContainer(node, start);
    if (!closed) return;
    endContainer(closed, start);
    closed.closed = true;
    closed.end = end;
  }

  #colon(offset: number): void {
    const member = this.#lastMember();
    if (member && member.colon === undefined && member.value === undefined) member.colon = offset;
  }

  #scalar(node: ScalarNode): void {
    const container = this.#open.at(-1);
    if (container?.kind !== "object") return this.#place(node);
    const member = this.#lastMember();
    if (this.#awaitsValue(member) && !this.#isName(node)) return this.#place(node);
    if (member && member.end > node.start) member.end = node.start;
    container.members.push({ name: node, end: this.#text.length });
  }

  /** A text whose colon follows names a member, even where a value is missing. */
  #isName(node: ScalarNode): boolean {
    return node.kind === "text" && tokenFrom(this.#text, node.end)?.kind === ":";
  }

  #awaitsValue(member: MemberNode | undefined): boolean {
    return member?.colon !== undefined && member.value === undefined && member.comma === undefined;
  }

  #lastMember(): MemberNode | undefined {
    const container = this.#open.at(-1);
    return container?.kind === "object" ? container.members.at(-1) : undefined;
  }

  /** Makes the node the value that is awaited; where none is, it stands for itself. */
  #place(node: SyntaxNode): void {
    const container = this.#open.at(-1);
    if (!container) this.#root ??= node;
    else if (container.kind === "array") {
      container.items.push(node);
      container.value.push(node.value);
    } else {
      const member = container.members.at(-1);
      if (!member || !this.#awaitsValue(member)) return;
      member.value = node;
      setOwn(container.value, memberName(member), node.value);
    }
  }
}

function endContainer(container: ArrayNode | ObjectNode, end: number): void {
  container.end = end;
  const last = container.kind === "object" ? container.members.at(-1) : undefined;
  if (last && last.end > end) last.end = end;
}

function scalarValue(text: string, { start, end, closed }: Token): Json {
  const written = text.slice(start, end);
  try {
    return JSON.parse(closed ? written : `${written}"`) as Json;
  } catch {
    // A word that is no JSON, or an escape that is not finished.
    return written.replaceAll('"', "");
  }
}
