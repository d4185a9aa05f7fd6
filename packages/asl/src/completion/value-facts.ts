/** The values a field may have that can be listed: names of states, types, resources, errors and other words. */
import { expressRefusal, parseResource } from "../definition/resource.ts";
import { integrationArns } from "../definition/integrations.ts";
import { QUERY_LANGUAGES, STATE_TYPES } from "../definition/fields.ts";
import type { StateType } from "../definition/machine.ts";
import type { SyntaxNode } from "../json/syntax-tree.ts";
import { memberName } from "../json/syntax-tree.ts";
import type { CompletionOptions, Fact } from "./completion.ts";
import { errorFacts } from "./error-names.ts";
import { memberText, memberValue } from "./structure.ts";
import type { Structure, Surroundings } from "./structure.ts";

const TYPE_DETAILS: Readonly<Record<StateType, string>> = {
  Choice: "Goes on where a rule says",
  Fail: "Ends the workflow with an error",
  Map: "Runs a workflow for every item",
  Parallel: "Runs workflows at the same time",
  Pass: "Hands its input on, reshaped",
  Succeed: "Ends the workflow",
  Task: "Has a resource do the work",
  Wait: "Waits for some time, or until a point in time",
};

/** Words a field chooses from, by structure and field. */
const WORDS: Readonly<Partial<Record<Structure, Readonly<Record<string, readonly string[]>>>>> = {
  machine: { Version: ["1.0"] },
  processorConfig: { ExecutionType: ["EXPRESS", "STANDARD"], Mode: ["DISTRIBUTED", "INLINE"] },
  readerConfig: {
    CSVDelimiter: ["COMMA", "PIPE", "SEMICOLON", "SPACE", "TAB"],
    CSVHeaderLocation: ["FIRST_ROW", "GIVEN"],
    InputType: ["CSV", "JSON", "JSONL", "MANIFEST", "PARQUET"],
    ManifestType: ["ATHENA_DATA", "S3_INVENTORY"],
    Transformation: ["LOAD_AND_FLATTEN", "NONE"],
  },
  retrier: { JitterStrategy: ["FULL", "NONE"] },
  writerConfig: { OutputType: ["JSON", "JSONL"], Transformation: ["COMPACT", "FLATTEN", "NONE"] },
};

const READERS = ["arn:aws:states:::s3:getObject", "arn:aws:states:::s3:listObjectsV2"];
const WRITERS = ["arn:aws:states:::s3:putObject"];
const BOOLEAN_OPERATOR = /^(?:BooleanEquals|Is(?:Boolean|Null|Numeric|Present|String|Timestamp))$/;
const NULLABLE_PATHS = new Set(["InputPath", "OutputPath", "ResultPath"]);

/** Facts for the value of `surroundings.segment`. `root` is the whole definition. */
export function valueFacts(
  surroundings: Surroundings,
  root: SyntaxNode | undefined,
  options: CompletionOptions,
): Fact[] {
  const { structure, segment } = surroundings;
  if (structure === "errorNames") return withoutPresent(surroundings, errorFacts(root));
  if (typeof segment !== "string") return [];
  const holdsTransition = ["branch", "catcher", "machine", "processor", "rule", "state"].includes(structure);
  if (holdsTransition && (segment === "Next" || segment === "Default" || segment === "StartAt"))
    return stateFacts(surroundings);
  const words = WORDS[structure];
  if (words && Object.hasOwn(words, segment)) return (words[segment] ?? []).map((label) => word(label));
  if ((structure === "rule" || structure === "nestedRule") && BOOLEAN_OPERATOR.test(segment)) return BOOLEANS;
  if (segment === "Resource") return resourceFacts(structure, options);
  if (segment === "QueryLanguage") return languageFacts(surroundings);
  if ((structure === "state" || structure === "catcher") && NULLABLE_PATHS.has(segment))
    return [{ label: "null", kind: "value", detail: NULL_DETAILS[segment] ?? "", bare: true }];
  if (structure !== "state") return [];
  if (segment === "Type")
    return STATE_TYPES.map((label) => ({ label, kind: "stateType", detail: TYPE_DETAILS[label] }));
  return segment === "End" ? [{ label: "true", kind: "value", detail: "The workflow ends here", bare: true }] : [];
}

const BOOLEANS: Fact[] = ["true", "false"].map((label) => ({ label, kind: "value", detail: "", bare: true }));

const NULL_DETAILS: Readonly<Record<string, string>> = {
  InputPath: "The state sees an empty object",
  OutputPath: "An empty object is handed on",
  ResultPath: "The result is discarded, the input handed on",
};

function word(label: string): Fact {
  return { label, kind: "value", detail: "" };
}

/** States of the same container. A state does not follow itself by accident, so it comes last. */
function stateFacts({ container, state, structure }: Surroundings): Fact[] {
  const states = memberValue(container, "States");
  if (states?.kind !== "object") return [];
  const own = structure === "machine" || structure === "branch" || structure === "processor" ? undefined : state?.name;
  const facts = new Map<string, Fact>();
  for (const member of states.members) {
    const label = memberName(member);
    if (label === "" || member.value?.kind !== "object") continue;
    const type = memberText(member.value, "Type");
    const comment = memberText(member.value, "Comment");
    const detail = [type, comment].filter((part) => part !== undefined && part !== "").join(": ");
    facts.set(label, { label, kind: "state", detail });
  }
  const all = [...facts.values()];
  return [...all.filter(({ label }) => label !== own), ...all.filter(({ label }) => label === own)];
}

function resourceFacts(structure: Structure, options: CompletionOptions): Fact[] {
  const plain = (label: string): Fact => ({ label, kind: "resource", detail: "Amazon S3" });
  if (structure === "itemReader") return READERS.map(plain);
  if (structure === "resultWriter") return WRITERS.map(plain);
  if (structure !== "state") return [];
  const own = (options.resources ?? []).map(({ arn, detail }): Fact => ({ label: arn, kind: "resource", detail }));
  const integrations = options.integrations === false ? [] : integrationArns();
  const all = [
    ...own,
    ...integrations.map(({ arn, pattern }): Fact => ({
      label: arn,
      kind: "resource",
      detail: PATTERN_DETAILS[pattern],
    })),
  ];
  return options.type === "EXPRESS" ? all.filter(({ label }) => isForExpress(label)) : all;
}

const PATTERN_DETAILS = {
  request: "Goes on with the answer",
  sync: "Waits for the job's end",
  "sync:2": "Waits for the job's end; its output is JSON",
  waitForTaskToken: "Waits for the task token to come back",
} as const;

function isForExpress(arn: string): boolean {
  const resource = parseResource(arn);
  return !("refusal" in resource) && expressRefusal(resource) === undefined;
}

/** A machine whose language is JSONata has no JSONPath states. */
function languageFacts({ structure, machineLanguage }: Surroundings): Fact[] {
  const all = structure === "state" && machineLanguage === "JSONata" ? ["JSONata"] : QUERY_LANGUAGES;
  return structure === "state" || structure === "machine" ? all.map((label) => word(label)) : [];
}

/** Of a list, the items it has but for the one at the place are not offered again. */
function withoutPresent({ parts, segment }: Surroundings, facts: Fact[]): Fact[] {
  const list = parts.at(-1)?.node;
  if (list?.kind !== "array") return facts;
  const present = new Set(list.items.filter((_item, index) => index !== segment).map((item) => item.value));
  return facts.filter(({ label }) => !present.has(label));
}
