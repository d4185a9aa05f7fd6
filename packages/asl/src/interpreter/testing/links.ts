/** Histories in short, for tests that are about which events there are and how they link. */
import type { Json } from "../../json/value.ts";
import type { HistoryEvent, HistoryEventType } from "../history.ts";

/** `["1 ExecutionStarted ←0", "2 PassStateEntered ←0", …]` */
export function links(history: readonly HistoryEvent[]): string[] {
  return history.map((event) => `${event.id} ${event.type} ←${event.previousEventId}`);
}

/** The details of the one event of this type. */
export function detailsOf(
  history: readonly HistoryEvent[],
  type: HistoryEventType,
): { readonly [member: string]: Json } {
  const found = history.filter((event) => event.type === type);
  const [event] = found;
  if (event?.details === undefined || found.length > 1) throw new Error(`${found.length} events ${type} with details.`);
  return event.details;
}

/** Error and cause of an execution that failed. */
export function failureOf(execution: { readonly error?: string; readonly cause?: string }): {
  error: string | undefined;
  cause: string | undefined;
} {
  return { error: execution.error, cause: execution.cause };
}
