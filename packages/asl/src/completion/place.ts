/** Where an offset stands in the tree of a definition: at the name of a member, or at a value. */
import type { ArrayNode, MemberNode, ObjectNode, ScalarNode, SyntaxNode } from "../json/syntax-tree.ts";
import { memberName } from "../json/syntax-tree.ts";

export type Place = NamePlace | ValuePlace;

/** An object or array that the offset stands in, and the segment that leads on from it. */
export interface Ancestor {
  readonly node: ArrayNode | ObjectNode;
  /** Leads from the node to the next one, or to the value that is meant; absent at the last one of a name. */
  readonly segment?: number | string;
}

interface PlaceBase {
  /** From the root to the container that the offset stands in. */
  readonly ancestors: readonly Ancestor[];
  readonly start: number;
  readonly end: number;
}

export interface NamePlace extends PlaceBase {
  readonly kind: "name";
  readonly object: ObjectNode;
  /** The member whose name it is; absent where a new one could begin. */
  readonly member?: MemberNode;
}

export interface ValuePlace extends PlaceBase {
  readonly kind: "value";
  /** The value that stands there; absent where there is none yet. */
  readonly node?: ScalarNode;
}

/** The place of `offset`; `undefined` where nothing can be said, such as outside the root or behind a value. */
export function placeAt(root: SyntaxNode | undefined, offset: number): Place | undefined {
  const ancestors: Ancestor[] = [];
  let container = isContainerAround(root, offset) ? root : undefined;
  while (container) {
    const child: { segment: number | string; node: ArrayNode | ObjectNode } | undefined = childAround(
      container,
      offset,
    );
    if (!child) break;
    ancestors.push({ node: container, segment: child.segment });
    container = child.node;
  }
  if (!container) return undefined;
  return container.kind === "object" ? inObject(container, ancestors, offset) : inArray(container, ancestors, offset);
}

function isContainerAround(node: SyntaxNode | undefined, offset: number): node is ArrayNode | ObjectNode {
  if (!node || (node.kind !== "object" && node.kind !== "array")) return false;
  return offset > node.start && (offset < node.end || (offset === node.end && !node.closed));
}

function childAround(
  container: ArrayNode | ObjectNode,
  offset: number,
): { segment: number | string; node: ArrayNode | ObjectNode } | undefined {
  if (container.kind === "array") {
    const segment = container.items.findIndex((item) => isContainerAround(item, offset));
    const node = container.items[segment];
    return isContainerAround(node, offset) ? { segment, node } : undefined;
  }
  for (const member of container.members) {
    if (isContainerAround(member.value, offset)) return { segment: memberName(member), node: member.value };
  }
  return undefined;
}

function inObject(object: ObjectNode, ancestors: readonly Ancestor[], offset: number): Place | undefined {
  for (const member of object.members) {
    if (touches(member.name, offset)) {
      return {
        kind: "name",
        ancestors: [...ancestors, { node: object }],
        object,
        member,
        start: member.name.start,
        end: member.name.end,
      };
    }
    if (member.colon === undefined || offset <= member.colon) continue;
    const own = [...ancestors, { node: object, segment: memberName(member) }];
    const place = valueOf(member, own, offset);
    if (place) return place;
  }
  return { kind: "name", ancestors: [...ancestors, { node: object }], object, start: offset, end: offset };
}

function valueOf(
  { value, comma, end }: MemberNode,
  ancestors: readonly Ancestor[],
  offset: number,
): ValuePlace | undefined {
  if (!value) return offset <= (comma ?? end) ? { kind: "value", ancestors, start: offset, end: offset } : undefined;
  if (value.kind !== "text" && value.kind !== "word") return undefined;
  const isBefore = offset < value.start;
  if (!isBefore && !touches(value, offset)) return undefined;
  return { kind: "value", ancestors, node: value, start: value.start, end: value.end };
}

function inArray(array: ArrayNode, ancestors: readonly Ancestor[], offset: number): Place {
  const index = array.items.findIndex(
    (item) => (item.kind === "text" || item.kind === "word") && touches(item, offset),
  );
  const item = array.items[index];
  if (item?.kind === "text" || item?.kind === "word") {
    const own = [...ancestors, { node: array, segment: index }];
    return { kind: "value", ancestors: own, node: item, start: item.start, end: item.end };
  }
  const next = array.items.filter(({ start }) => start < offset).length;
  return { kind: "value", ancestors: [...ancestors, { node: array, segment: next }], start: offset, end: offset };
}

/** Whether what is typed at `offset` goes into the node: within its quotes, or at either end of a word. */
function touches({ kind, start, end, closed }: ScalarNode, offset: number): boolean {
  if (kind === "word") return offset >= start && offset <= end;
  return offset > start && (closed ? offset < end : offset <= end);
}
