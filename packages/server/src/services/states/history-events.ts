/** A stored history event as the API shows it. */
import type { HistoryEvent, HistoryEventType } from "@aws-sdk/client-sfn";
import { isJsonObject } from "@tutti/asl";
import type { HistoryEvent as StoredEvent, Json } from "@tutti/asl";

/** What `includeExecutionData: false` leaves out: payloads, variables, and the texts of failures. */
const executionData: ReadonlySet<string> = new Set([
  "assignedVariables",
  "cause",
  "error",
  "input",
  "output",
  "parameters",
]);

/** Members that say whether the payload beside them is there. */
const PAYLOAD_DETAILS: ReadonlySet<string> = new Set(["inputDetails", "outputDetails"]);

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
    kept[name] = PAYLOAD_DETAILS.has(name) && isJsonObject(value) ? { ...value, included: false } : value;
  }
  return kept;
}
