/** Tokens of paged answers: opaque to the client, good for the same list only and for a day. */
import { errors } from "./errors.ts";
import { limits } from "./limits.ts";

export type Position = readonly (string | number)[];

/** What the parts of a list's positions are. */
export type PositionParts = readonly ("number" | "string")[];

const tokenMs = limits.pageTokenHours * 3_600_000;

/**
 * @param list names the list and everything that selects its items
 * @param position where the next page begins
 */
export function formatPageToken(list: Position, position: Position, now: number): string {
  return Buffer.from(JSON.stringify([list, position, now])).toString("base64url");
}

/** @throws InvalidToken for a token that was not given for this list, or too long ago */
export function parsePageToken(
  list: Position,
  parts: PositionParts,
  token: string | undefined,
  now: number,
): Position | undefined {
  if (token === undefined) return undefined;
  const [givenList, position, givenAt] = parts3(token) ?? [];
  const isFresh = typeof givenAt === "number" && givenAt + tokenMs >= now;
  if (!isPosition(position, parts) || !isFresh || JSON.stringify(givenList) !== JSON.stringify(list))
    throw errors.invalidToken();
  return position;
}

/** Anybody can write one: what is none would be a mistake in a query of the store. */
function isPosition(given: unknown, parts: PositionParts): given is Position {
  const isPart = (part: unknown, place: number): boolean =>
    parts[place] === "number" ? Number.isSafeInteger(part) : typeof part === "string";
  return Array.isArray(given) && given.length === parts.length && given.every(isPart);
}

/** How many items a page has: 100 when the client does not say or says 0. */
export function pageSize(maxResults: number | undefined): number {
  return maxResults === undefined || maxResults === 0 ? limits.pageResultsDefault : maxResults;
}

function parts3(token: string): readonly unknown[] | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    return Array.isArray(parsed) && parsed.length === 3 ? parsed : undefined;
  } catch {
    return undefined;
  }
}
