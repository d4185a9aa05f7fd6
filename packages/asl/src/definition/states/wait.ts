/** Wait: goes on after some seconds or at a point in time. */
import type { StateSource } from "../compilation.ts";
import { readSinglePath } from "../expressions.ts";
import type { FieldReader } from "../field-reader.ts";
import { WAIT_SECONDS } from "../limits.ts";
import type { WaitState } from "../machine.ts";
import { isTimestamp } from "../../timestamp.ts";
import { readBase, readInputOutput, readTransition } from "./common.ts";

export function compileWait(source: StateSource): WaitState | undefined {
  const { reader } = source;
  const transition = readTransition(reader);
  const paths = readInputOutput(reader);
  const duration = readDuration(reader);
  return transition && duration && { type: "Wait", ...readBase(source), ...transition, ...paths, duration };
}

function readDuration(reader: FieldReader): WaitState["duration"] | undefined {
  reader.onlyOne(["SecondsPath", "Seconds", "TimestampPath", "Timestamp"], "needed");
  const seconds = reader.integer("Seconds", WAIT_SECONDS);
  const secondsPath = readSinglePath(reader, "SecondsPath");
  const timestamp = readTimestamp(reader);
  const timestampPath = readSinglePath(reader, "TimestampPath");
  if (seconds !== undefined) return { kind: "seconds", seconds };
  if (secondsPath) return { kind: "secondsPath", path: secondsPath };
  if (timestamp !== undefined) return { kind: "timestamp", timestamp };
  return timestampPath && { kind: "timestampPath", path: timestampPath };
}

function readTimestamp(reader: FieldReader): string | undefined {
  const timestamp = reader.text("Timestamp");
  if (timestamp === undefined || isTimestamp(timestamp)) return timestamp;
  reader.problems.ofValue(reader.place("Timestamp"), "String does not match RFC3339 timestamp");
  return undefined;
}
