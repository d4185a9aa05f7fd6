/** The Amazon States Language: definitions to diagnostics or machines, and the interpreter that runs them. Pure; runs in a browser. */
export { compileChoiceRule } from "./choice/compile-rule.ts";
export type { CompiledChoiceRule } from "./choice/rule.ts";
export type { Completion, CompletionKind, CompletionOptions, ResourceFact } from "./completion/completion.ts";
export { completionsAt } from "./completion/completions-at.ts";
export type { CompileOptions } from "./definition/compilation.ts";
export { compileDefinition } from "./definition/compile-definition.ts";
export type { CompiledDefinition } from "./definition/compile-definition.ts";
export type { Diagnostic } from "./definition/diagnostic.ts";
export { formatInvalidDefinition } from "./definition/format-invalid-definition.ts";
export { integrationArns, refuseUnknownIntegration } from "./definition/integrations.ts";
export type * from "./definition/machine.ts";
export { unrecognizedResource } from "./definition/resource.ts";
export type * from "./graph/graph.ts";
export { graphOf } from "./graph/graph-of.ts";
export { advance, newExecution } from "./interpreter/advance.ts";
export type * from "./interpreter/execution.ts";
export { mapRunItemInput } from "./interpreter/map-run-item.ts";
export type { HistoryEvent, HistoryEventType } from "./interpreter/history.ts";
export type * from "./interpreter/protocol.ts";
export { compileJsonata } from "./jsonata/compile-jsonata.ts";
export type { CompiledJsonata } from "./jsonata/compile-jsonata.ts";
export { JsonataError } from "./jsonata/errors.ts";
export type { JsonataHost } from "./jsonata/run.ts";
export { jacksonMessage, parseJson } from "./json/parse-json.ts";
export type { JsonPlaces, ParsedJson } from "./json/parse-json.ts";
export { parseTolerantly } from "./json/parse-tolerantly.ts";
export type * from "./json/syntax-tree.ts";
export type { TextRange } from "./json/text-lines.ts";
export { isJsonArray, isJsonObject } from "./json/value.ts";
export type { Json, JsonObject } from "./json/value.ts";
export { compilePath, compileReferencePath } from "./paths/compile-path.ts";
export { compileTemplate } from "./paths/compile-template.ts";
export type { CompiledPath, ReferencePath, Scope } from "./paths/path.ts";
export type { CompiledTemplate } from "./paths/template.ts";
export type { InspectionData } from "./test-state/inspection.ts";
export { testState } from "./test-state/test-state.ts";
export type {
  TestConfiguration,
  TestedState,
  TestMock,
  TestStateRequest,
  TestStateResult,
} from "./test-state/test-state.ts";
