/** Map: runs its item processor once for every item. Inline only; a Distributed Map is refused. */
import type { Compilation, StateSource } from "../compilation.ts";
import { readObjectTemplate, readSinglePath, readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { checkFields, notSupportedYet, PROCESSOR_FIELDS } from "../fields.ts";
import { MAP_MAX_CONCURRENCY, MAP_TOLERATED_FAILURE_COUNT, MAP_TOLERATED_FAILURE_PERCENTAGE } from "../limits.ts";
import type { MapState } from "../machine.ts";
import { readBase, readInputOutput, readResult, readTransition } from "./common.ts";
import { readErrorHandling } from "./error-handling.ts";

export function compileMap(source: StateSource): MapState | undefined {
  const { reader, compilation } = source;
  const transition = readTransition(reader);
  const paths = readInputOutput(reader);
  const result = readResult(reader);
  const errorHandling = readErrorHandling(reader);
  const itemsPath = readSinglePath(reader, "ItemsPath");
  const itemSelector = readItemSelector(reader);
  const maxConcurrency = readMaxConcurrency(reader);
  reader.onlyOne(["ToleratedFailureCount", "ToleratedFailureCountPath"], "optional");
  reader.onlyOne(["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"], "optional");
  const toleratedFailureCount = reader.integer("ToleratedFailureCount", MAP_TOLERATED_FAILURE_COUNT);
  const toleratedFailurePercentage = reader.number("ToleratedFailurePercentage", MAP_TOLERATED_FAILURE_PERCENTAGE);
  const processor = readProcessor(reader, compilation);
  if (!transition || processor === undefined) return undefined;
  return {
    type: "Map",
    ...readBase(source),
    ...transition,
    ...paths,
    ...errorHandling,
    ...result,
    maxConcurrency,
    processor,
    ...present({ itemsPath, itemSelector, toleratedFailureCount, toleratedFailurePercentage }),
  };
}

/** `Parameters` is the older name of `ItemSelector`. */
function readItemSelector(reader: FieldReader): MapState["itemSelector"] {
  reader.onlyOne(["ItemSelector", "Parameters"], "optional");
  return readObjectTemplate(reader, "ItemSelector") ?? readTemplate(reader, "Parameters");
}

/** 0, the default, leaves the bound to the interpreter. */
function readMaxConcurrency(reader: FieldReader): MapState["maxConcurrency"] {
  reader.onlyOne(["MaxConcurrency", "MaxConcurrencyPath"], "optional");
  const path = readSinglePath(reader, "MaxConcurrencyPath");
  return path
    ? { kind: "path", path }
    : { kind: "count", count: reader.integer("MaxConcurrency", MAP_MAX_CONCURRENCY) ?? 0 };
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
