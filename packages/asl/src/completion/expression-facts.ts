/**
 * What may stand at a position within an expression: a JSONPath, an intrinsic function or a JSONata expression that
 * someone is typing. Only the name that ends at the position is looked at, so the rest of the expression may be anything.
 */
import type { Fact } from "./completion.ts";
import { CONTEXT_MEMBERS, membersAt, statesMembers } from "./context-members.ts";
import type { Members } from "./context-members.ts";
import { INTRINSIC_FUNCTIONS } from "./intrinsic-functions.ts";
import { JSONATA_FUNCTIONS } from "./jsonata-functions.ts";
import type { Structure, Surroundings } from "./structure.ts";
import { memberText } from "./structure.ts";
import { variablesInScope } from "./variables.ts";

/** Facts, and how many of the characters before the position are what has been typed of them. */
export interface ExpressionFacts {
  readonly facts: readonly Fact[];
  readonly typedLength: number;
}

const NOTHING: ExpressionFacts = { facts: [], typedLength: 0 };

/** Fields whose text is a path. */
const PATH_FIELD = /^Variable$|Path$/;
const INTRINSIC_FIELDS = new Set(["CausePath", "ErrorPath"]);
/** Only names within the input can be written to. */
const WRITTEN_FIELDS = new Set(["ResultPath"]);

/** `before` is the text of the value up to the position, without its quote. */
export function expressionFacts(surroundings: Surroundings, before: string): ExpressionFacts {
  if (surroundings.queryLanguage === "JSONata") return jsonataFacts(surroundings, before);
  const { segment, structure } = surroundings;
  if (typeof segment !== "string") return NOTHING;
  const isTemplate = segment.endsWith(".$") && ["assign", "credentials", "template"].includes(structure);
  if (!isTemplate && !PATH_FIELD.test(segment)) return NOTHING;
  if (WRITTEN_FIELDS.has(segment)) return before === "" || before === "$" ? typed(before, [INPUT]) : NOTHING;
  return pathFacts(surroundings, before, isTemplate || INTRINSIC_FIELDS.has(segment));
}

const INPUT: Fact = { label: "$", kind: "path", detail: "The input" };
const CONTEXT: Fact = { label: "$$", kind: "path", detail: "The context object" };

function pathFacts(surroundings: Surroundings, before: string, intrinsics: boolean): ExpressionFacts {
  const context = /\$\$(?<path>(?:\.\w+)*)\.(?<typed>\w*)$/.exec(before)?.groups;
  if (context) return memberFacts(CONTEXT_MEMBERS, context);
  const functionName = /(?:^|[(,\s])(?<typed>[A-Za-z][\w.]*)$/.exec(before)?.groups?.["typed"];
  if (functionName !== undefined) return intrinsics ? typed(functionName, intrinsicFacts()) : NOTHING;
  const start = /(?:^|[(,\s])(?<typed>\$?\$?\w*)$/.exec(before)?.groups?.["typed"];
  // A path begins where the value does, or where an argument of a function does.
  if (start === undefined || (before !== start && !intrinsics)) return NOTHING;
  const paths = [INPUT, CONTEXT, ...variableFacts(surroundings)];
  return typed(start, intrinsics && start === "" ? [...paths, ...intrinsicFacts()] : paths);
}

function jsonataFacts(surroundings: Surroundings, before: string): ExpressionFacts {
  if (!takesJsonata(surroundings)) return NOTHING;
  if (!before.startsWith("{%")) {
    const whole: Fact = { label: "{% %}", kind: "value", detail: "A JSONata expression", text: "{%  %}" };
    return before === "" || before === "{" ? typed(before, [whole]) : NOTHING;
  }
  const states = /\$states(?<path>(?:\.\w+)*)\.(?<typed>\w*)$/.exec(before)?.groups;
  if (states) return memberFacts(statesMembers(availableIn(surroundings)), states);
  const name = /(?:^|[^\w.$])(?<typed>\$\w*)?$/.exec(before.slice(2))?.groups;
  if (!name) return NOTHING;
  const own: Fact = { label: "$states", kind: "variable", detail: "Input, context, and what the state gave" };
  const functions = JSONATA_FUNCTIONS.map(([signature, detail]) => functionFact(signature, detail));
  return typed(name["typed"] ?? "", [own, ...variableFacts(surroundings), ...functions]);
}

/** Texts that are names or fixed words take no expression. */
function takesJsonata({ structure, segment }: Surroundings): boolean {
  const fixed = ["Comment", "Default", "ErrorEquals", "Label", "Next", "QueryLanguage", "Resource", "StartAt", "Type"];
  const plain: readonly Structure[] = ["branch", "errorNames", "machine", "processor", "processorConfig", "retrier"];
  if (plain.includes(structure)) return false;
  return structure === "template" || structure === "assign" || typeof segment !== "string" || !fixed.includes(segment);
}

function availableIn({ parts, state }: Surroundings): { result: boolean; errorOutput: boolean } {
  const inCatcher = parts.some((part) => part.structure === "catcher");
  const type = state && memberText(state.node, "Type");
  const field = parts.findLast((part) => part.structure === "state")?.segment;
  const hasResult = type === "Task" || type === "Parallel" || type === "Map";
  return { errorOutput: inCatcher, result: hasResult && !inCatcher && (field === "Output" || field === "Assign") };
}

function memberFacts(members: Members, found: { [name: string]: string | undefined }): ExpressionFacts {
  const path = (found["path"] ?? "").split(".").filter((name) => name !== "");
  const facts = Object.entries(membersAt(members, path)).map(([label, detail]): Fact => ({
    label,
    kind: "member",
    detail: typeof detail === "string" ? detail : "",
  }));
  return typed(found["typed"] ?? "", facts);
}

function variableFacts(surroundings: Surroundings): Fact[] {
  return variablesInScope(surroundings).map(({ name, assignedBy }) => ({
    label: `$${name}`,
    kind: "variable",
    detail: `Assigned by ${assignedBy}`,
  }));
}

function intrinsicFacts(): Fact[] {
  return INTRINSIC_FUNCTIONS.map(([signature, detail]) => functionFact(signature, detail));
}

/** The label is the name; what is inserted goes up to the parenthesis. */
function functionFact(signature: string, detail: string): Fact {
  const name = signature.slice(0, signature.indexOf("("));
  const text = signature.endsWith("()") ? signature : `${name}(`;
  return { label: name, kind: "function", detail: `${signature}: ${detail}`, text };
}

function typed(text: string, facts: readonly Fact[]): ExpressionFacts {
  return { facts, typedLength: text.length };
}
