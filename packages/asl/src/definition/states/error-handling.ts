/** `Retry` and `Catch` of Task, Parallel and Map states. */
import type { StateSource } from "../compilation.ts";
import { readResultPath } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { CATCHER_FIELDS, checkFields, RETRIER_FIELDS } from "../fields.ts";
import {
  RETRY_BACKOFF_RATE,
  RETRY_DEFAULTS,
  RETRY_INTERVAL_SECONDS,
  RETRY_MAX_ATTEMPTS,
  RETRY_MAX_DELAY_SECONDS,
} from "../limits.ts";
import type { Catcher, ErrorHandling, Retrier } from "../machine.ts";
import { readWayFlow } from "./common.ts";

export function readErrorHandling(source: StateSource): ErrorHandling {
  return {
    retry: readList(source.reader, "Retry", readRetrier),
    catch: readList(source.reader, "Catch", (reader, isLast) => readCatcher(source, reader, isLast)),
  };
}

function readList<Item>(
  reader: FieldReader,
  name: string,
  read: (item: FieldReader, isLast: boolean) => Item | undefined,
): Item[] {
  return reader.objects(name).flatMap((item, index, items) => read(item, index === items.length - 1) ?? []);
}

function readRetrier(reader: FieldReader, isLast: boolean): Retrier | undefined {
  checkFields(reader.object, reader.pointer, RETRIER_FIELDS, "JSONPath", reader.problems);
  reader.text("Comment");
  const errorEquals = readErrorNames(reader, isLast);
  const maxDelaySeconds = reader.integer("MaxDelaySeconds", RETRY_MAX_DELAY_SECONDS);
  return {
    errorEquals,
    intervalSeconds: reader.integer("IntervalSeconds", RETRY_INTERVAL_SECONDS) ?? RETRY_DEFAULTS.intervalSeconds,
    maxAttempts: reader.integer("MaxAttempts", RETRY_MAX_ATTEMPTS) ?? RETRY_DEFAULTS.maxAttempts,
    backoffRate: reader.number("BackoffRate", RETRY_BACKOFF_RATE) ?? RETRY_DEFAULTS.backoffRate,
    jitterStrategy: reader.oneOf("JitterStrategy", ["NONE", "FULL"]) ?? "NONE",
    ...present({ maxDelaySeconds }),
  };
}

function readCatcher(source: StateSource, reader: FieldReader, isLast: boolean): Catcher | undefined {
  checkFields(reader.object, reader.pointer, CATCHER_FIELDS, source.language, reader.problems);
  reader.text("Comment");
  const errorEquals = readErrorNames(reader, isLast, ["Next"]);
  const next = reader.text("Next");
  const way = readWayFlow(source, reader, ["errorOutput"]);
  const flow = way.language === "JSONata" ? way : { ...way, ...present({ resultPath: readResultPath(reader) }) };
  return next === undefined ? undefined : { errorEquals, next, flow };
}

/** `ErrorEquals`: names, of which `States.ALL` stands alone and in the last item only. */
function readErrorNames(reader: FieldReader, isLast: boolean, alsoRequired: readonly string[] = []): string[] {
  reader.require("ErrorEquals", ...alsoRequired);
  const names: string[] = [];
  for (const { value, pointer } of reader.filledArray("ErrorEquals") ?? []) {
    if (typeof value === "string") names.push(value);
    else reader.problems.ofValue(pointer, "Expected value of type String");
  }
  if (names.includes("States.ALL") && (names.length > 1 || !isLast)) {
    reader.problems.ofValue(reader.place("ErrorEquals"), "States.ALL must appear alone and at end of list");
  }
  return names;
}
