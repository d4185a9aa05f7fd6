/** Map: runs its item processor once for every item. Inline only; a Distributed Map is refused. */
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { Compilation, StateSource } from "../compilation.ts";
import { readObjectTemplate, readSinglePath, readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { checkFields, notSupportedYet, PROCESSOR_FIELDS } from "../fields.ts";
import { readIntegerValue, readNumberValue } from "../field-values.ts";
import { compileJsonataAt, looksLikeJsonata, readJsonata } from "../jsonata-fields.ts";
import { MAP_MAX_CONCURRENCY, MAP_TOLERATED_FAILURE_COUNT, MAP_TOLERATED_FAILURE_PERCENTAGE } from "../limits.ts";
import type { FieldValue, MapState } from "../machine.ts";
import { readBase, readFlow, readTransition } from "./common.ts";
import { readErrorHandling } from "./error-handling.ts";

export function compileMap(source: StateSource): MapState | undefined {
  const { reader, compilation } = source;
  const transition = readTransition(reader);
  const flow = readFlow(source);
  const errorHandling = readErrorHandling(source);
  const items = readItems(source);
  const itemSelector = readItemSelector(source);
  const maxConcurrency = readIntegerValue(source, reader, "MaxConcurrency", MAP_MAX_CONCURRENCY) ?? UNBOUNDED;
  const toleratedFailureCount = readIntegerValue(source, reader, "ToleratedFailureCount", MAP_TOLERATED_FAILURE_COUNT);
  const toleratedFailurePercentage = readNumberValue(
    source,
    reader,
    "ToleratedFailurePercentage",
    MAP_TOLERATED_FAILURE_PERCENTAGE,
  );
  const processor = readProcessor(reader, compilation);
  if (!transition || processor === undefined) return undefined;
  return {
    type: "Map",
    ...readBase(source),
    flow,
    ...transition,
    ...errorHandling,
    maxConcurrency,
    processor,
    ...present({ items, itemSelector, toleratedFailureCount, toleratedFailurePercentage }),
  };
}

/** 0, the default, leaves the bound to the interpreter. */
const UNBOUNDED: FieldValue<number> = { kind: "literal", value: 0 };

/** `ItemsPath`, or `Items`: a list, an object, or an expression that gives one of them. */
function readItems(source: StateSource): MapState["items"] {
  const { reader, language } = source;
  if (language === "JSONPath") {
    const path = readSinglePath(reader, "ItemsPath");
    return path && { kind: "path", path };
  }
  const raw = reader.raw("Items");
  if (looksLikeJsonata(raw)) {
    const expression = compileJsonataAt(source, raw, reader.place("Items"), []);
    return expression && { kind: "jsonata", expression };
  }
  if (raw !== undefined && !isJsonArray(raw) && !isJsonObject(raw)) {
    reader.problems.ofValue(reader.place("Items"), "Expected value of type Array");
    return undefined;
  }
  const template = readJsonata(source, reader, "Items");
  return template && { kind: "template", template };
}

/** `Parameters` is the older name of `ItemSelector`. */
function readItemSelector(source: StateSource): MapState["itemSelector"] {
  const { reader, language } = source;
  if (language === "JSONata")
    return reader.has("ItemSelector") ? readJsonata(source, reader, "ItemSelector") : undefined;
  reader.onlyOne(["ItemSelector", "Parameters"], "optional");
  return readObjectTemplate(reader, "ItemSelector") ?? readTemplate(reader, "Parameters");
}

/** `Iterator` is the older name of `ItemProcessor`. Gives the pointer of its container. */
function readProcessor(reader: FieldReader, compilation: Compilation): string | undefined {
  reader.onlyOne(["ItemProcessor", "Iterator"], "needed");
  const processors = ["ItemProcessor", "Iterator"].flatMap((name) => reader.objectField(name) ?? []);
  for (const processor of processors) {
    checkProcessorConfig(processor);
    compilation.compileNested(processor, PROCESSOR_FIELDS);
  }
  return processors[0]?.pointer;
}

function checkProcessorConfig(processor: FieldReader): void {
  const config = processor.objectField("ProcessorConfig");
  if (!config) return;
  const mode = config.oneOf("Mode", ["INLINE", "DISTRIBUTED"]);
  if (mode === "DISTRIBUTED") {
    config.problems.ofValue(config.place("Mode"), notSupportedYet("Mode 'DISTRIBUTED'", "Distributed Map"));
  }
  const allowed = new Set(mode === "DISTRIBUTED" ? ["Mode", "ExecutionType"] : ["Mode"]);
  checkFields(config.object, config.pointer, allowed, "JSONPath", config.problems);
  if (mode !== "DISTRIBUTED") return;
  config.require("ExecutionType");
  config.oneOf("ExecutionType", ["STANDARD", "EXPRESS"]);
}
