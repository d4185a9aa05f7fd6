/** Map: runs its item processor once for every item, within the execution or in executions of their own. */
import { isJsonArray, isJsonObject } from "../../json/value.ts";
import type { StateSource } from "../compilation.ts";
import { readObjectTemplate, readSinglePath, readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { checkFields, PROCESSOR_CONFIG_FIELDS, PROCESSOR_FIELDS } from "../fields.ts";
import { readMapInteger, readMapNumber } from "../field-values.ts";
import { compileJsonataAt, looksLikeJsonata, readJsonata } from "../jsonata-fields.ts";
import { MAP_MAX_CONCURRENCY, MAP_TOLERATED_FAILURE_COUNT, MAP_TOLERATED_FAILURE_PERCENTAGE } from "../limits.ts";
import type { DistributedMap, FieldValue, MapState } from "../machine.ts";
import { readBase, readFlow, readTransition } from "./common.ts";
import { DISTRIBUTED_FIELDS, readDistributedMap } from "./distributed-map.ts";
import { readErrorHandling } from "./error-handling.ts";

export function compileMap(source: StateSource): MapState | undefined {
  const { reader } = source;
  const transition = readTransition(reader);
  const flow = readFlow(source);
  const errorHandling = readErrorHandling(source);
  const items = readItems(source);
  const itemSelector = readItemSelector(source);
  const maxConcurrency = readMapInteger(source, reader, "MaxConcurrency", MAP_MAX_CONCURRENCY) ?? UNBOUNDED;
  const toleratedFailureCount = readMapInteger(source, reader, "ToleratedFailureCount", MAP_TOLERATED_FAILURE_COUNT);
  const toleratedFailurePercentage = readMapNumber(
    source,
    reader,
    "ToleratedFailurePercentage",
    MAP_TOLERATED_FAILURE_PERCENTAGE,
  );
  const processor = readProcessor(source);
  if (!transition || processor === undefined) return undefined;
  return {
    type: "Map",
    ...readBase(source),
    flow,
    ...transition,
    ...errorHandling,
    maxConcurrency,
    processor: processor.pointer,
    ...present({ distributed: processor.distributed }),
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

interface Processor {
  /** Pointer of its container. */
  readonly pointer: string;
  readonly distributed?: DistributedMap;
}

/** `Iterator` is the older name of `ItemProcessor`. */
function readProcessor(source: StateSource): Processor | undefined {
  const { reader, compilation } = source;
  reader.onlyOne(["ItemProcessor", "Iterator"], "needed");
  const processors = ["ItemProcessor", "Iterator"].flatMap((name) => reader.objectField(name) ?? []);
  const configs = processors.map((processor) => {
    const config = readProcessorConfig(source, processor.objectField("ProcessorConfig"));
    compilation.compileNested(processor, PROCESSOR_FIELDS);
    return config;
  });
  const [processor] = processors;
  const [config] = configs;
  if (config?.mode !== "DISTRIBUTED") {
    for (const field of DISTRIBUTED_FIELDS.filter((name) => reader.has(name))) {
      reader.problems.ofValue(reader.place(field), `Field '${field}' is only supported with the Mode 'DISTRIBUTED'`);
    }
    return processor && { pointer: processor.pointer };
  }
  const distributed = readDistributedMap(source, config.executionType);
  return processor && { pointer: processor.pointer, ...present({ distributed }) };
}

interface ProcessorConfig {
  readonly mode?: "DISTRIBUTED" | "INLINE";
  readonly executionType?: "EXPRESS" | "STANDARD";
}

function readProcessorConfig({ compilation }: StateSource, config: FieldReader | undefined): ProcessorConfig {
  if (!config) return {};
  const mode = config.oneOf("Mode", ["INLINE", "DISTRIBUTED"]);
  const { distributedMapRefusal, type } = compilation.options;
  if (mode !== "DISTRIBUTED") {
    checkFields(config.object, config.pointer, new Set(["Mode"]), compilation.queryLanguage, config.problems);
    return present({ mode });
  }
  const refusal =
    type === "EXPRESS" ? "Express state machine does not support the Mode 'DISTRIBUTED'" : distributedMapRefusal;
  if (refusal !== undefined) config.problems.ofValue(config.place("Mode"), refusal);
  checkFields(config.object, config.pointer, PROCESSOR_CONFIG_FIELDS, compilation.queryLanguage, config.problems);
  config.require("ExecutionType");
  return present({ mode, executionType: config.oneOf("ExecutionType", ["STANDARD", "EXPRESS"]) });
}
