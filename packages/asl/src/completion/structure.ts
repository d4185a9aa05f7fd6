/**
 * What the parts of a definition are: the grammar of the language as a walk from the root. A place's structure says
 * which fields an object may have and what a value means.
 */
import { memberName } from "../json/syntax-tree.ts";
import type { ArrayNode, ObjectNode, SyntaxNode } from "../json/syntax-tree.ts";
import type { QueryLanguage } from "../definition/machine.ts";
import type { Ancestor } from "./place.ts";

export type Structure =
  | "assign"
  | "branch"
  | "branches"
  | "catcher"
  | "catchers"
  | "credentials"
  | "csvHeaders"
  | "errorNames"
  | "itemBatcher"
  | "itemReader"
  | "literal"
  | "machine"
  | "nestedRule"
  | "nestedRules"
  | "processor"
  | "processorConfig"
  | "readerConfig"
  | "resultWriter"
  | "retrier"
  | "retriers"
  | "rule"
  | "rules"
  | "state"
  | "states"
  | "template"
  | "writerConfig";

const TEMPLATES = ["Arguments", "ItemSelector", "Items", "Output", "Parameters", "ResultSelector"];

/** What a member or an item leads to; `*` stands for any other name, and for every index. */
const CHILDREN: Readonly<Partial<Record<Structure, Readonly<Record<string, Structure>>>>> = {
  assign: { "*": "template" },
  branch: { States: "states" },
  branches: { "*": "branch" },
  catcher: { Assign: "assign", ErrorEquals: "errorNames", Output: "template" },
  catchers: { "*": "catcher" },
  itemBatcher: { BatchInput: "template" },
  itemReader: { Arguments: "template", Parameters: "template", ReaderConfig: "readerConfig" },
  machine: { States: "states" },
  nestedRule: { And: "nestedRules", Not: "nestedRule", Or: "nestedRules" },
  nestedRules: { "*": "nestedRule" },
  processor: { ProcessorConfig: "processorConfig", States: "states" },
  readerConfig: { CSVHeaders: "csvHeaders" },
  resultWriter: { Arguments: "template", Parameters: "template", WriterConfig: "writerConfig" },
  retrier: { ErrorEquals: "errorNames" },
  retriers: { "*": "retrier" },
  rule: { And: "nestedRules", Assign: "assign", Not: "nestedRule", Or: "nestedRules", Output: "template" },
  rules: { "*": "rule" },
  state: {
    ...Object.fromEntries(TEMPLATES.map((field) => [field, "template" as const])),
    Assign: "assign",
    Branches: "branches",
    Catch: "catchers",
    Choices: "rules",
    Credentials: "credentials",
    ItemBatcher: "itemBatcher",
    ItemProcessor: "processor",
    ItemReader: "itemReader",
    Iterator: "processor",
    ResultWriter: "resultWriter",
    Retry: "retriers",
  },
  states: { "*": "state" },
  template: { "*": "template" },
};

/** A container on the way to a place, with what it is. */
export interface Part {
  readonly structure: Structure;
  readonly node: ArrayNode | ObjectNode;
  readonly segment?: number | string;
}

/** The place's surroundings: what editors' facts depend on. */
export interface Surroundings {
  readonly parts: readonly Part[];
  /** What the innermost container is. */
  readonly structure: Structure;
  /** The member or item that is meant, when the place is a value. */
  readonly segment?: number | string;
  readonly queryLanguage: QueryLanguage;
  /** The machine's language, which states have that name none. */
  readonly machineLanguage: QueryLanguage;
  /** The nearest state, and its container of states. */
  readonly state?: { readonly node: ObjectNode; readonly name: string; readonly siblings: ObjectNode };
  /** The nearest object that holds `StartAt` and `States`. */
  readonly container: ObjectNode;
}

/** The surroundings of a place, `undefined` when the root is no object. */
export function surroundingsOf(ancestors: readonly Ancestor[]): Surroundings | undefined {
  const root = ancestors[0]?.node;
  if (root?.kind !== "object") return undefined;
  const parts: Part[] = [];
  let structure: Structure = "machine";
  for (const ancestor of ancestors) {
    parts.push({ structure, ...ancestor });
    if (ancestor.segment !== undefined) structure = childStructure(structure, ancestor.segment);
  }
  const last = parts.at(-1);
  const container = parts.findLast((part) => ["branch", "machine", "processor"].includes(part.structure))?.node;
  if (!last || container?.kind !== "object") return undefined;
  const state = nearestState(parts);
  const machineLanguage = languageOf(root) ?? "JSONPath";
  return {
    parts,
    structure: last.structure,
    ...(last.segment !== undefined && { segment: last.segment }),
    queryLanguage: (state && languageOf(state.node)) ?? machineLanguage,
    machineLanguage,
    ...(state && { state }),
    container,
  };
}

export function childStructure(structure: Structure, segment: number | string): Structure {
  const children = CHILDREN[structure];
  if (!children) return "literal";
  const key = typeof segment === "string" && Object.hasOwn(children, segment) ? segment : "*";
  return children[key] ?? "literal";
}

function nearestState(parts: readonly Part[]): Surroundings["state"] {
  const index = parts.findLastIndex((part) => part.structure === "state");
  const node = parts[index]?.node;
  const holder = parts[index - 1];
  if (node?.kind !== "object" || holder?.node.kind !== "object" || typeof holder.segment !== "string") return undefined;
  // A branch within the state has states of its own; its fields are no longer the state's.
  const inner = parts.slice(index + 1).some((part) => part.structure === "states");
  return inner ? undefined : { node, name: holder.segment, siblings: holder.node };
}

function languageOf(node: ObjectNode): QueryLanguage | undefined {
  const value = memberText(node, "QueryLanguage");
  return value === "JSONata" || value === "JSONPath" ? value : undefined;
}

/** The text of an object's member, when it is one. */
export function memberText(node: ObjectNode, name: string): string | undefined {
  const value = memberValue(node, name);
  return value?.kind === "text" && typeof value.value === "string" ? value.value : undefined;
}

export function memberValue(node: ObjectNode, name: string): SyntaxNode | undefined {
  return node.members.findLast((member) => memberName(member) === name)?.value;
}
