/** A stored history event as the API shows it. */
import type { HistoryEvent, HistoryEventType } from "@aws-sdk/client-sfn";
import { isJsonObject } from "@tutti/asl";
import type { HistoryEvent as StoredEvent, Json } from "@tutti/asl";

/** What `includeExecutionData: false` leaves out: payloads, and the texts of failures. */
const executionData: ReadonlySet<string> = new Set(["cause", "error", "input", "output", "parameters"]);

/** @param includeExecutionData false shows what happened without the data it happened to */
export function shownEvent(event: StoredEvent, includeExecutionData: boolean): HistoryEvent {
  const { id, previousEventId, timestamp, type, detailsKey, details } = event;
  return {
    timestamp: new Date(timestamp),
    type: type satisfies HistoryEventType,
    id,
    previousEventId,
    ...(detailsKey !== undefined &&
      details !== undefined && { [detailsKey]: includeExecutionData ? details : withoutData(details) }),
  };
}

function withoutData(details: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  const kept: Record<string, Json> = {};
  for (const [name, value] of Object.entries(details)) {
    if (executionData.has(name)) continue;
    kept[name] = name.endsWith("Details") && isJsonObject(value) ? { ...value, included: false } : value;
  }
  return kept;
}
