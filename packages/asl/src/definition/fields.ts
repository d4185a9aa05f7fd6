/**
 * Which fields may stand where. One table for both query languages: AWS tells a field that a state type never has
 * (`Field 'X' is not supported`) from one that belongs to the other language.
 */
import { childPointer } from "../json/pointer.ts";
import type { JsonObject } from "../json/value.ts";
import type { QueryLanguage, StateType } from "./machine.ts";
import type { Problems } from "./problems.ts";

export const STATE_TYPES: readonly StateType[] = [
  "Choice",
  "Fail",
  "Map",
  "Parallel",
  "Pass",
  "Succeed",
  "Task",
  "Wait",
];
export const QUERY_LANGUAGES: readonly QueryLanguage[] = ["JSONPath", "JSONata"];

export const MACHINE_FIELDS = new Set(["Comment", "QueryLanguage", "StartAt", "States", "TimeoutSeconds", "Version"]);
export const BRANCH_FIELDS = new Set(["Comment", "StartAt", "States"]);
export const PROCESSOR_FIELDS = new Set([...BRANCH_FIELDS, "ProcessorConfig"]);
export const RETRIER_FIELDS = new Set([
  "BackoffRate",
  "Comment",
  "ErrorEquals",
  "IntervalSeconds",
  "JitterStrategy",
  "MaxAttempts",
  "MaxDelaySeconds",
]);
export const CATCHER_FIELDS = new Set(["Assign", "Comment", "ErrorEquals", "Next", "Output", "ResultPath"]);

export const PROCESSOR_CONFIG_FIELDS = new Set(["ExecutionType", "Mode"]);
export const READER_FIELDS = new Set(["Arguments", "Parameters", "ReaderConfig", "Resource"]);
export const READER_CONFIG_FIELDS = new Set([
  "CSVDelimiter",
  "CSVHeaderLocation",
  "CSVHeaders",
  "InputType",
  "ItemsPointer",
  "ManifestType",
  "MaxItems",
  "MaxItemsPath",
  "Transformation",
]);
export const BATCHER_FIELDS = new Set([
  "BatchInput",
  "MaxInputBytesPerBatch",
  "MaxInputBytesPerBatchPath",
  "MaxItemsPerBatch",
  "MaxItemsPerBatchPath",
]);
export const WRITER_FIELDS = new Set(["Arguments", "Parameters", "Resource", "WriterConfig"]);
export const WRITER_CONFIG_FIELDS = new Set(["OutputType", "Transformation"]);

const COMMON = ["Comment", "QueryLanguage", "Type"];
const INPUT_OUTPUT = [...COMMON, "InputPath", "OutputPath", "Output"];
const TRANSITION = [...INPUT_OUTPUT, "Assign", "End", "Next"];
const RESULT = [...TRANSITION, "Catch", "Parameters", "ResultPath", "ResultSelector", "Retry"];

const STATE_FIELDS: Readonly<Record<StateType, ReadonlySet<string>>> = {
  Choice: new Set([...INPUT_OUTPUT, "Assign", "Choices", "Default"]),
  Fail: new Set([...COMMON, "Cause", "CausePath", "Error", "ErrorPath"]),
  Map: new Set([
    ...RESULT,
    "ItemBatcher",
    "ItemProcessor",
    "ItemReader",
    "ItemSelector",
    "Items",
    "ItemsPath",
    "Iterator",
    "Label",
    "MaxConcurrency",
    "MaxConcurrencyPath",
    "ResultWriter",
    "ToleratedFailureCount",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentage",
    "ToleratedFailurePercentagePath",
  ]),
  Parallel: new Set([...RESULT, "Arguments", "Branches"]),
  Pass: new Set([...TRANSITION, "Parameters", "Result", "ResultPath"]),
  Succeed: new Set(INPUT_OUTPUT),
  Task: new Set([
    ...RESULT,
    "Arguments",
    "Credentials",
    "HeartbeatSeconds",
    "HeartbeatSecondsPath",
    "Resource",
    "TimeoutSeconds",
    "TimeoutSecondsPath",
  ]),
  Wait: new Set([...TRANSITION, "Seconds", "SecondsPath", "Timestamp", "TimestampPath"]),
};

/** Fields of one query language; the others belong to both. */
const FIELD_LANGUAGE: ReadonlyMap<string, QueryLanguage> = new Map<string, QueryLanguage>([
  ...["Arguments", "Condition", "Items", "Output"].map((field) => [field, "JSONata"] as const),
  ...[
    "CausePath",
    "ErrorPath",
    "HeartbeatSecondsPath",
    "InputPath",
    "ItemsPath",
    "MaxConcurrencyPath",
    "MaxInputBytesPerBatchPath",
    "MaxItemsPath",
    "MaxItemsPerBatchPath",
    "OutputPath",
    "Parameters",
    "Result",
    "ResultPath",
    "ResultSelector",
    "SecondsPath",
    "TimeoutSecondsPath",
    "TimestampPath",
    "ToleratedFailureCountPath",
    "ToleratedFailurePercentagePath",
    "Variable",
  ].map((field) => [field, "JSONPath"] as const),
]);

/** The fields a state of this type may have in one query language or the other. */
export function stateFields(type: StateType): ReadonlySet<string> {
  return STATE_FIELDS[type];
}

/** Those of `fields` that belong to the query language. */
export function fieldsIn(language: QueryLanguage, fields: Iterable<string>): string[] {
  return [...fields].filter((field) => (FIELD_LANGUAGE.get(field) ?? language) === language);
}

/** Names every member of `object` that may not stand there. */
export function checkFields(
  object: JsonObject,
  pointer: string,
  allowed: ReadonlySet<string>,
  language: QueryLanguage,
  problems: Problems,
): void {
  for (const field of Object.keys(object)) {
    const place = childPointer(pointer, field);
    const owner = FIELD_LANGUAGE.get(field);
    if (!allowed.has(field)) problems.ofMember(place, `Field '${field}' is not supported`);
    else if (owner && owner !== language) problems.ofMember(place, otherLanguage(field, language, owner));
  }
}

/** AWS's words for a field of the other query language. */
export function otherLanguage(field: string, language: QueryLanguage, owner: QueryLanguage): string {
  return `The QueryLanguage is set to '${language}', but field '${field}' is only supported for the '${owner}' QueryLanguage`;
}
