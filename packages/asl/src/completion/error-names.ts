/** The error names of the language, for `ErrorEquals`. @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
import type { ObjectNode, SyntaxNode } from "../json/syntax-tree.ts";
import { memberName } from "../json/syntax-tree.ts";
import type { Fact } from "./completion.ts";
import { memberText } from "./structure.ts";

const RESERVED: Readonly<Record<string, string>> = {
  "States.ALL": "Every error but States.DataLimitExceeded and States.Runtime; stands alone and last",
  "States.BranchFailed": "A branch of a Parallel failed",
  "States.DataLimitExceeded": "A payload is larger than 256 KiB",
  "States.ExceedToleratedFailureThreshold": "More items of a Map failed than are tolerated",
  "States.HeartbeatTimeout": "A task gave no sign of life in time",
  "States.Http.Socket": "An HTTP task found no answer",
  "States.IntrinsicFailure": "An intrinsic function failed",
  "States.ItemReaderFailed": "A Map could not read its items",
  "States.NoChoiceMatched": "No rule of a Choice held, and there is no Default",
  "States.ParameterPathFailure": "A path in Parameters names nothing",
  "States.Permissions": "The execution's role may not do it",
  "States.QueryEvaluationError": "A JSONata expression failed",
  "States.ResultPathMatchFailure": "ResultPath cannot be applied to the input",
  "States.ResultWriterFailed": "A Map could not write its results",
  "States.Runtime": "An execution failed for a reason that cannot be mended by trying again",
  "States.TaskFailed": "A task failed, but for a timeout",
  "States.Timeout": "It took too long",
};

/** The reserved names, and those the definition itself uses in Fail states, retriers and catchers. */
export function errorFacts(root: SyntaxNode | undefined): Fact[] {
  const own = root?.kind === "object" ? errorsNamedIn(root) : new Set<string>();
  return [
    ...Object.entries(RESERVED).map(([label, detail]): Fact => ({ label, kind: "error", detail })),
    ...[...own]
      .filter((name) => !Object.hasOwn(RESERVED, name))
      .map((label): Fact => ({ label, kind: "error", detail: "Named elsewhere in the definition" })),
  ];
}

function errorsNamedIn(root: ObjectNode): Set<string> {
  const names = new Set<string>();
  const pending: SyntaxNode[] = [root];
  for (let node = pending.pop(); node; node = pending.pop()) {
    if (node.kind === "array") for (const item of node.items) pending.push(item);
    if (node.kind !== "object") continue;
    const error = memberText(node, "Type") === "Fail" ? memberText(node, "Error") : undefined;
    if (error !== undefined && error !== "" && !error.startsWith("{%")) names.add(error);
    for (const member of node.members) {
      if (memberName(member) === "ErrorEquals" && member.value?.kind === "array") {
        for (const { value } of member.value.items) if (typeof value === "string" && value !== "") names.add(value);
      } else if (member.value) pending.push(member.value);
    }
  }
  return names;
}
