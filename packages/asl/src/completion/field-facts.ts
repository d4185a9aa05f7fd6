/** The fields that may still be added to an object of a definition. */
import { operators } from "../choice/operators.ts";
import {
  BRANCH_FIELDS,
  CATCHER_FIELDS,
  fieldsIn,
  MACHINE_FIELDS,
  PROCESSOR_FIELDS,
  RETRIER_FIELDS,
  STATE_TYPES,
  stateFields,
} from "../definition/fields.ts";
import type { ObjectNode } from "../json/syntax-tree.ts";
import { memberName } from "../json/syntax-tree.ts";
import type { Fact } from "./completion.ts";
import { fieldDetail } from "./field-details.ts";
import { memberText } from "./structure.ts";
import type { Surroundings } from "./structure.ts";

/** Of each group one field may stand. The first name of a group is the one that is offered for its whole meaning. */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ["And", "Not", "Or", "Variable"],
  ["Cause", "CausePath"],
  ["End", "Next"],
  ["Error", "ErrorPath"],
  ["HeartbeatSeconds", "HeartbeatSecondsPath"],
  ["ItemProcessor", "Iterator"],
  ["MaxConcurrency", "MaxConcurrencyPath"],
  ["MaxInputBytesPerBatch", "MaxInputBytesPerBatchPath"],
  ["MaxItems", "MaxItemsPath"],
  ["MaxItemsPerBatch", "MaxItemsPerBatchPath"],
  ["RoleArn", "RoleArn.$"],
  ["Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
  ["TimeoutSeconds", "TimeoutSecondsPath"],
  ["ToleratedFailureCount", "ToleratedFailureCountPath"],
  ["ToleratedFailurePercentage", "ToleratedFailurePercentagePath"],
];

/** Fields of a state that says no type yet. */
const ANY_STATE = ["Comment", "End", "Next", "QueryLanguage", "Type"];
const BATCHER_FIELDS = ["BatchInput", "MaxInputBytesPerBatch", "MaxItemsPerBatch"];
const BATCHER_PATHS = ["MaxInputBytesPerBatchPath", "MaxItemsPerBatchPath"];
const READER_FIELDS = [
  "CSVDelimiter",
  "CSVHeaderLocation",
  "CSVHeaders",
  "InputType",
  "ItemsPointer",
  "ManifestType",
  "MaxItems",
  "Transformation",
];
const DISTRIBUTED_FIELDS = new Set(["ItemBatcher", "ItemReader", "Label", "ResultWriter"]);

/** Facts for the names an object lacks. `present` are the names it has beside the one that is typed. */
export function fieldFacts(surroundings: Surroundings, object: ObjectNode, present: ReadonlySet<string>): Fact[] {
  const taken = new Set(EXCLUSIVE.filter((group) => group.some((field) => present.has(field))).flat());
  const facts = possibleFields(surroundings, object, present)
    .filter((field) => !present.has(field) && !taken.has(field))
    .map((field): Fact => ({ label: field, kind: "field", detail: fieldDetail(field) }));
  return [...facts, ...targetsWithoutState(surroundings, present)];
}

function possibleFields(
  { structure, queryLanguage }: Surroundings,
  object: ObjectNode,
  present: ReadonlySet<string>,
): readonly string[] {
  const expressionFields = queryLanguage === "JSONata" ? ["Arguments"] : ["Parameters"];
  switch (structure) {
    case "machine":
      return [...MACHINE_FIELDS];
    case "branch":
      return [...BRANCH_FIELDS];
    case "processor":
      return [...PROCESSOR_FIELDS];
    case "processorConfig":
      return memberText(object, "Mode") === "DISTRIBUTED" ? ["ExecutionType", "Mode"] : ["Mode"];
    case "state":
      return fieldsIn(queryLanguage, fieldsOfState(object, queryLanguage));
    case "rule":
      return queryLanguage === "JSONata"
        ? fieldsIn(queryLanguage, ["Assign", "Comment", "Condition", "Next", "Output"])
        : fieldsIn(queryLanguage, ["Assign", "Comment", "Next", ...ruleFields(present)]);
    case "nestedRule":
      return queryLanguage === "JSONata" ? [] : ["Comment", ...ruleFields(present)];
    case "retrier":
      return [...RETRIER_FIELDS];
    case "catcher":
      return fieldsIn(queryLanguage, CATCHER_FIELDS);
    case "credentials":
      return queryLanguage === "JSONata" ? ["RoleArn"] : ["RoleArn", "RoleArn.$"];
    case "itemReader":
      return [...expressionFields, "ReaderConfig", "Resource"];
    case "readerConfig":
      return queryLanguage === "JSONata" ? READER_FIELDS : [...READER_FIELDS, "MaxItemsPath"];
    case "itemBatcher":
      return queryLanguage === "JSONata" ? BATCHER_FIELDS : [...BATCHER_FIELDS, ...BATCHER_PATHS];
    case "resultWriter":
      return [...expressionFields, "Resource", "WriterConfig"];
    case "writerConfig":
      return ["OutputType", "Transformation"];
    case "assign":
    case "branches":
    case "catchers":
    case "csvHeaders":
    case "errorNames":
    case "literal":
    case "nestedRules":
    case "retriers":
    case "rules":
    case "states":
    case "template":
      return [];
  }
}

function fieldsOfState(object: ObjectNode, queryLanguage: Surroundings["queryLanguage"]): readonly string[] {
  const type = STATE_TYPES.find((candidate) => candidate === memberText(object, "Type"));
  if (type === undefined) return ANY_STATE;
  const fields = [...stateFields(type)];
  if (type !== "Map") return fields;
  // Older names are still read, and not offered. An inline Map has no use for the fields of a distributed one.
  const older = queryLanguage === "JSONPath" ? ["Iterator", "Parameters"] : ["Iterator"];
  return fields.filter((field) => !older.includes(field) && (isDistributed(object) || !DISTRIBUTED_FIELDS.has(field)));
}

function isDistributed(map: ObjectNode): boolean {
  const member = (node: ObjectNode, name: string) => node.members.find((candidate) => memberName(candidate) === name);
  const processor = member(map, "ItemProcessor")?.value;
  const config = processor?.kind === "object" ? member(processor, "ProcessorConfig")?.value : undefined;
  return config?.kind === "object" && memberText(config, "Mode") === "DISTRIBUTED";
}

/** A rule that compares has one operator; a rule that combines has none. */
function ruleFields(present: ReadonlySet<string>): string[] {
  const names = Object.keys(operators);
  if (names.some((name) => present.has(name))) return ["Variable"];
  const combines = ["And", "Not", "Or"].some((name) => present.has(name));
  return combines ? [] : ["And", "Not", "Or", "Variable", ...names];
}

/** In `States`: names that something leads to and that no state has yet. */
function targetsWithoutState({ structure, container }: Surroundings, present: ReadonlySet<string>): Fact[] {
  if (structure !== "states") return [];
  const named = new Set<string>();
  const startAt = memberText(container, "StartAt");
  if (startAt !== undefined) named.add(startAt);
  const states = container.members.find((member) => memberName(member) === "States")?.value;
  for (const { value } of states?.kind === "object" ? states.members : []) {
    if (value?.kind === "object") for (const target of targetsOf(value)) named.add(target);
  }
  return [...named]
    .filter((name) => name !== "" && !present.has(name))
    .map((label) => ({ label, kind: "state", detail: "Named by another state, and not there yet" }));
}

function targetsOf(state: ObjectNode): string[] {
  const lists = ["Choices", "Catch"].flatMap((name) => {
    const list = state.members.find((member) => memberName(member) === name)?.value;
    return list?.kind === "array" ? list.items : [];
  });
  const holders = [state, ...lists.filter((item) => item.kind === "object")];
  return holders.flatMap((holder) => ["Next", "Default"].flatMap((field) => memberText(holder, field) ?? []));
}
