/**
 * The part of a Map that only a Distributed Map has: where its items come from (`ItemReader`), how many of them a child
 * execution gets (`ItemBatcher`), and where the results go (`ResultWriter`).
 * https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
 */
import type { StateSource } from "../compilation.ts";
import { readTemplate } from "../expressions.ts";
import { present } from "../field-reader.ts";
import type { FieldReader } from "../field-reader.ts";
import { readMapInteger } from "../field-values.ts";
import {
  BATCHER_FIELDS,
  checkFields,
  READER_CONFIG_FIELDS,
  READER_FIELDS,
  WRITER_CONFIG_FIELDS,
  WRITER_FIELDS,
} from "../fields.ts";
import { readJsonata } from "../jsonata-fields.ts";
import {
  MAP_LABEL_CHARACTERS_MAX,
  MAP_MAX_INPUT_BYTES_PER_BATCH,
  MAP_MAX_ITEMS,
  MAP_MAX_ITEMS_PER_BATCH,
} from "../limits.ts";
import type { DistributedMap, ItemBatcher, ItemReader, ReaderConfig, ResultWriter, Template } from "../machine.ts";
import { PARTITION, unrecognizedResource } from "../resource.ts";

const READER_RESOURCE = new RegExp(`^${PARTITION}:states:::s3:(getObject|listObjectsV2)$`);
const WRITER_RESOURCE = new RegExp(`^${PARTITION}:states:::s3:putObject$`);

/** What a label may not hold: white space, wildcards, brackets, special and control characters. */
// oxlint-disable-next-line no-control-regex -- control characters are what it looks for
const LABEL_FORBIDDEN = /[\s<>{}[\]?*"#%\\^|~`$&,;:/\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]|\u{10ffff}/u;

/** Fields of a Map that need `Mode` `DISTRIBUTED`. */
export const DISTRIBUTED_FIELDS = ["ItemBatcher", "ItemReader", "Label", "ResultWriter"] as const;

export function readDistributedMap(
  source: StateSource,
  executionType: DistributedMap["executionType"] | undefined,
): DistributedMap | undefined {
  const { reader, language } = source;
  const itemsField = language === "JSONata" ? "Items" : "ItemsPath";
  reader.onlyOne(["ItemReader", itemsField], "optional");
  const optional = {
    label: readLabel(reader),
    itemReader: readItemReader(source),
    itemBatcher: readItemBatcher(source),
    resultWriter: readResultWriter(source),
  };
  return executionType && { executionType, ...present(optional) };
}

function readLabel(reader: FieldReader): string | undefined {
  const label = reader.text("Label");
  if (label === undefined) return undefined;
  const report = (message: string): undefined => {
    reader.problems.ofValue(reader.place("Label"), message);
  };
  if (label === "") return report("Value cannot be empty");
  if ([...label].length > MAP_LABEL_CHARACTERS_MAX) {
    return report(`The label cannot exceed ${MAP_LABEL_CHARACTERS_MAX} characters: ${label}`);
  }
  return LABEL_FORBIDDEN.test(label) ? report(`The label holds a character that it may not hold: ${label}`) : label;
}

function readItemReader(source: StateSource): ItemReader | undefined {
  const reader = source.reader.objectField("ItemReader");
  if (!reader) return undefined;
  checkFields(reader.object, reader.pointer, READER_FIELDS, source.language, reader.problems);
  reader.require("Resource");
  const resource = reader.text("Resource");
  const [, action] = (resource === undefined ? null : READER_RESOURCE.exec(resource)) ?? [];
  if (resource !== undefined && action === undefined) {
    reader.problems.ofValue(reader.place("Resource"), unrecognizedResource(resource));
  }
  const parameters = readParameters(source, reader);
  const config = readReaderConfig(source, reader.objectField("ReaderConfig"), action);
  if (resource === undefined || (action !== "getObject" && action !== "listObjectsV2")) return undefined;
  return { resource, action, config, ...present({ parameters }) };
}

/** The parameters of a reader or writer, by the name they have in the state's language. */
function readParameters(source: StateSource, reader: FieldReader): Template | undefined {
  const name = source.language === "JSONata" ? "Arguments" : "Parameters";
  if (!reader.objectField(name)) return undefined;
  return source.language === "JSONata" ? readJsonata(source, reader, name) : readTemplate(reader, name);
}

function readReaderConfig(
  source: StateSource,
  reader: FieldReader | undefined,
  action: string | undefined,
): ReaderConfig {
  if (!reader) return {};
  checkFields(reader.object, reader.pointer, READER_CONFIG_FIELDS, source.language, reader.problems);
  const config = {
    inputType: reader.oneOf("InputType", ["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"]),
    csvDelimiter: reader.oneOf("CSVDelimiter", ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"]),
    csvHeaderLocation: reader.oneOf("CSVHeaderLocation", ["FIRST_ROW", "GIVEN"]),
    csvHeaders: readHeaders(reader),
    itemsPointer: reader.text("ItemsPointer"),
    manifestType: reader.oneOf("ManifestType", ["ATHENA_DATA", "S3_INVENTORY"]),
    maxItems: readMapInteger(source, reader, "MaxItems", MAP_MAX_ITEMS),
    transformation: reader.oneOf("Transformation", ["LOAD_AND_FLATTEN", "NONE"]),
  };
  const { problems, pointer } = reader;
  if (config.csvHeaderLocation === "GIVEN" && !reader.has("CSVHeaders")) reader.require("CSVHeaders");
  if (config.transformation !== undefined && action === "getObject") {
    problems.ofMember(`${pointer}/Transformation`, "Field 'Transformation' is not supported");
  }
  return present(config);
}

function readHeaders(reader: FieldReader): string[] | undefined {
  const headers = reader.filledArray("CSVHeaders");
  if (headers === undefined) return undefined;
  const texts: string[] = [];
  for (const { value, pointer } of headers) {
    if (typeof value === "string") texts.push(value);
    else reader.problems.ofValue(pointer, "Expected value of type String");
  }
  return texts;
}

function readItemBatcher(source: StateSource): ItemBatcher | undefined {
  const reader = source.reader.objectField("ItemBatcher");
  if (!reader) return undefined;
  checkFields(reader.object, reader.pointer, BATCHER_FIELDS, source.language, reader.problems);
  const bounds = [...BATCHER_FIELDS].filter((field) => field !== "BatchInput");
  if (!bounds.some((field) => reader.has(field))) reader.noneOf(["MaxItemsPerBatch", "MaxInputBytesPerBatch"]);
  const batchInput =
    source.language === "JSONata" ? readJsonata(source, reader, "BatchInput") : readTemplate(reader, "BatchInput");
  return present({
    maxItemsPerBatch: readMapInteger(source, reader, "MaxItemsPerBatch", MAP_MAX_ITEMS_PER_BATCH),
    maxInputBytesPerBatch: readMapInteger(source, reader, "MaxInputBytesPerBatch", MAP_MAX_INPUT_BYTES_PER_BATCH),
    batchInput,
  });
}

/** Either a resource with its parameters, or the form of the results, or both. */
function readResultWriter(source: StateSource): ResultWriter | undefined {
  const reader = source.reader.objectField("ResultWriter");
  if (!reader) return undefined;
  checkFields(reader.object, reader.pointer, WRITER_FIELDS, source.language, reader.problems);
  const parametersField = source.language === "JSONata" ? "Arguments" : "Parameters";
  if (reader.has("Resource") || reader.has(parametersField) || !reader.has("WriterConfig")) {
    reader.require("Resource", parametersField);
  }
  const resource = reader.text("Resource");
  if (resource !== undefined && !WRITER_RESOURCE.test(resource)) {
    reader.problems.ofValue(reader.place("Resource"), unrecognizedResource(resource));
  }
  const parameters = readParameters(source, reader);
  const form = reader.objectField("WriterConfig");
  if (form) checkFields(form.object, form.pointer, WRITER_CONFIG_FIELDS, source.language, form.problems);
  const config = present({
    outputType: form?.oneOf("OutputType", ["JSON", "JSONL"]),
    transformation: form?.oneOf("Transformation", ["COMPACT", "FLATTEN", "NONE"]),
  });
  return { config, ...present({ resource, parameters }) };
}
