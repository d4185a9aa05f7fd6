/** JSON pointers (RFC 6901): the names by which problems, containers and states are addressed within a definition. */

/** `pointer` extended by a member name or an array index. */
export function childPointer(pointer: string, segment: string | number): string {
  return `${pointer}/${typeof segment === "number" ? segment : escapeSegment(segment)}`;
}

/** The pointer of what holds `pointer`; the root holds itself. */
export function parentPointer(pointer: string): string {
  const slash = pointer.lastIndexOf("/");
  return slash < 0 ? "" : pointer.slice(0, slash);
}

/** The unescaped segments of a pointer; none for the root. */
export function pointerSegments(pointer: string): string[] {
  return pointer === "" ? [] : pointer.slice(1).split("/").map(unescapeSegment);
}

function escapeSegment(segment: string): string {
  return segment.includes("~") || segment.includes("/") ? segment.replaceAll("~", "~0").replaceAll("/", "~1") : segment;
}

function unescapeSegment(segment: string): string {
  return segment.includes("~") ? segment.replaceAll("~1", "/").replaceAll("~0", "~") : segment;
}
