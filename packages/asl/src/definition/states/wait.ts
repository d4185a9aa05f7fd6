/** Wait: goes on after some seconds or at a point in time. */
import type { StateSource } from "../compilation.ts";
import { readIntegerValue, readValue } from "../field-values.ts";
import type { FieldReader } from "../field-reader.ts";
import { WAIT_SECONDS } from "../limits.ts";
import type { WaitState } from "../machine.ts";
import { isTimestamp } from "../../timestamp.ts";
import { readBase, readFlow, readTransition } from "./common.ts";

export function compileWait(source: StateSource): WaitState | undefined {
  const transition = readTransition(source.reader);
  const flow = readFlow(source);
  const duration = readDuration(source);
  return transition && duration && { type: "Wait", ...readBase(source), flow, ...transition, duration };
}

function readDuration(source: StateSource): WaitState["duration"] | undefined {
  const { reader, language } = source;
  const fields =
    language === "JSONata" ? ["Seconds", "Timestamp"] : ["SecondsPath", "Seconds", "TimestampPath", "Timestamp"];
  if (!reader.onlyOne(fields, "needed")) return undefined;
  const seconds = readIntegerValue(source, reader, "Seconds", WAIT_SECONDS);
  if (seconds !== undefined) return { kind: "seconds", value: seconds };
  const timestamp = readValue(source, reader, "Timestamp", () => readTimestamp(reader));
  return timestamp && { kind: "timestamp", value: timestamp };
}

function readTimestamp(reader: FieldReader): string | undefined {
  const timestamp = reader.text("Timestamp");
  if (timestamp === undefined || isTimestamp(timestamp)) return timestamp;
  reader.problems.ofValue(reader.place("Timestamp"), "String does not match RFC3339 timestamp");
  return undefined;
}
