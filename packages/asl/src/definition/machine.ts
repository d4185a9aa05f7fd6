/**
 * A compiled state machine: what `compileDefinition` makes of a definition that has no errors.
 *
 * Everything that can be prepared once is prepared here: paths and templates are compiled, targets are known to exist,
 * numbers are in range. A machine holds functions, so it is never persisted; the definition's text is, and compiling
 * it again gives an equal machine. States are addressed by the pointer of the `States` object they stand in
 * (`Machine.containers`), which is how a persisted scope finds its states again after a restart.
 */
import type { CompiledChoiceRule } from "../choice/rule.ts";
import type { Json } from "../json/value.ts";
import type { CompiledJsonata } from "../jsonata/compile-jsonata.ts";
import type { ReferencePath, CompiledPath } from "../paths/path.ts";
import type { CompiledTemplate } from "../paths/template.ts";

export type QueryLanguage = "JSONPath" | "JSONata";

export interface Machine {
  readonly comment?: string;
  readonly queryLanguage: QueryLanguage;
  readonly timeoutSeconds?: number;
  /** Every `{StartAt, States}` of the document by its JSON pointer; the machine itself is `""`. */
  readonly containers: ReadonlyMap<string, StateContainer>;
  /** The variables each state reads, without `$`; states that read none are left out. */
  readonly variableReferences: ReadonlyMap<string, readonly string[]>;
}

/** One `{StartAt, States}`: the machine, a branch of a Parallel, or the item processor of a Map. */
export interface StateContainer {
  /** JSON pointer of the object that holds `StartAt` and `States`, such as `/States/Both/Branches/0`. */
  readonly pointer: string;
  readonly startAt: string;
  readonly states: ReadonlyMap<string, State>;
}

export type State =
  | ChoiceState
  | FailState
  | MapState
  | ParallelState
  | PassState
  | SucceedState
  | TaskState
  | WaitState;
export type StateType = State["type"];

interface StateBase {
  readonly name: string;
  /** JSON pointer of the state, such as `/States/Reserve`. */
  readonly pointer: string;
  readonly queryLanguage: QueryLanguage;
  /** How data passes through the state. */
  readonly flow: DataFlow;
}

/** Where a state goes when it is done: a name in the same container, or the end of the scope. */
export interface Transition {
  readonly next: string | null;
}

/** The fields that shape input, result, output and variables, in the state's query language. */
export type DataFlow = JsonPathFlow | JsonataFlow;

/**
 * `null` for an `InputPath` or `OutputPath` written as null: the effective value is `{}`. Absent means `$`.
 * `resultPath` null discards the result; absent means `$`: the result replaces the input.
 */
export interface JsonPathFlow {
  readonly language: "JSONPath";
  readonly inputPath?: CompiledPath | null;
  readonly parameters?: CompiledTemplate;
  readonly resultSelector?: CompiledTemplate;
  readonly resultPath?: ReferencePath | null;
  readonly outputPath?: CompiledPath | null;
  readonly assign?: CompiledTemplate;
}

export interface JsonataFlow {
  readonly language: "JSONata";
  readonly arguments?: JsonataTemplate;
  readonly output?: JsonataTemplate;
  readonly assign?: JsonataTemplate;
}

/** One `{% … %}` with the place that AWS names when it fails, such as `Output/items[0]`. */
export interface JsonataExpression {
  readonly location: string;
  readonly compiled: CompiledJsonata;
  /** Whether it may look at the context object. */
  readonly readsContext: boolean;
}

/** A JSON value of a JSONata state whose texts may be expressions. */
export interface JsonataTemplate {
  readonly kind: "jsonataTemplate";
  /** The value with every expression replaced by what `evaluate` gives for it. */
  fill(evaluate: (expression: JsonataExpression) => Json): Json;
}

/** What a template of either language is. */
export type Template = CompiledTemplate | JsonataTemplate;

/**
 * A field that takes a value as it is, or one found when the state runs: at a path, whose field has a name of its own
 * (`SecondsPath`), or by a JSONata expression under the field's own name.
 */
export type FieldValue<Literal extends Json> =
  | { readonly kind: "literal"; readonly value: Literal }
  | { readonly kind: "path"; readonly field: string; readonly path: CompiledPath }
  | { readonly kind: "jsonata"; readonly expression: JsonataExpression };

export interface ErrorHandling {
  readonly retry: readonly Retrier[];
  readonly catch: readonly Catcher[];
}

export interface Retrier {
  readonly errorEquals: readonly string[];
  readonly intervalSeconds: number;
  readonly maxAttempts: number;
  readonly backoffRate: number;
  readonly maxDelaySeconds?: number;
  readonly jitterStrategy: "FULL" | "NONE";
}

/** `flow` holds the catcher's own `ResultPath` or `Output`, and its `Assign`. */
export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly flow: DataFlow;
}

export interface PassState extends StateBase, Transition {
  readonly type: "Pass";
  readonly result?: Json;
}

/** The state's own `Output` and `Assign` belong to `Default`; a rule brings its own. */
export interface ChoiceState extends StateBase {
  readonly type: "Choice";
  readonly choices: readonly ChoiceRule[];
  readonly defaultNext?: string;
}

export interface ChoiceRule {
  readonly next: string;
  readonly test:
    | { readonly kind: "comparison"; readonly rule: CompiledChoiceRule }
    | { readonly kind: "condition"; readonly value: FieldValue<boolean> };
  /** The rule's own `Assign` and `Output`; in JSONPath with the state's paths. */
  readonly flow: DataFlow;
}

export interface WaitState extends StateBase, Transition {
  readonly type: "Wait";
  readonly duration:
    | { readonly kind: "seconds"; readonly value: FieldValue<number> }
    | { readonly kind: "timestamp"; readonly value: FieldValue<string> };
}

export interface SucceedState extends StateBase {
  readonly type: "Succeed";
}

export interface FailState extends StateBase {
  readonly type: "Fail";
  readonly error?: FailText;
  readonly cause?: FailText;
}

/** A Fail state's texts may also be given by an intrinsic function, in the place of the path. */
export type FailText =
  | FieldValue<string>
  | { readonly kind: "intrinsic"; readonly field: string; readonly template: CompiledTemplate };

export interface TaskState extends StateBase, Transition, ErrorHandling {
  readonly type: "Task";
  readonly resource: TaskResource;
  readonly timeout?: FieldValue<number>;
  readonly heartbeat?: FieldValue<number>;
  readonly credentials?: Template;
}

/** What a Task's `Resource` names. `arn` is the text as written. */
export type TaskResource =
  | { readonly kind: "activity"; readonly arn: string }
  | { readonly kind: "function"; readonly arn: string }
  | {
      readonly kind: "integration";
      readonly arn: string;
      /** `sqs`, `states`, `lambda`, or `aws-sdk:dynamodb`: what stands between `:::` and the action. */
      readonly service: string;
      /** `sendMessage`, `startExecution`, … in the camel case of the ARN. */
      readonly action: string;
      readonly pattern: "request" | "sync" | "sync:2" | "waitForTaskToken";
    };

export interface ParallelState extends StateBase, Transition, ErrorHandling {
  readonly type: "Parallel";
  /** Pointers of the branches' containers, in order. */
  readonly branches: readonly string[];
}

export interface MapState extends StateBase, Transition, ErrorHandling {
  readonly type: "Map";
  /** Absent: the input. `ItemsPath` in JSONPath, `Items` in JSONata. */
  readonly items?:
    | { readonly kind: "path"; readonly path: CompiledPath }
    | { readonly kind: "jsonata"; readonly expression: JsonataExpression }
    /** A list or an object with expressions in it. */
    | { readonly kind: "template"; readonly template: JsonataTemplate };
  /** `ItemSelector`, or `Parameters` in its older form. Evaluated once for every item. */
  readonly itemSelector?: Template;
  readonly maxConcurrency: FieldValue<number>;
  readonly toleratedFailureCount?: FieldValue<number>;
  readonly toleratedFailurePercentage?: FieldValue<number>;
  /** Pointer of the item processor's container. */
  readonly processor: string;
  /** Present when the items are run by executions of their own. */
  readonly distributed?: DistributedMap;
}

export interface DistributedMap {
  /** Type of the child executions. */
  readonly executionType: "EXPRESS" | "STANDARD";
  readonly label?: string;
  readonly itemReader?: ItemReader;
  readonly itemBatcher?: ItemBatcher;
  readonly resultWriter?: ResultWriter;
}

/** Where the items come from, when not from the state's input. */
export interface ItemReader {
  /** The ARN as written. */
  readonly resource: string;
  readonly action: "getObject" | "listObjectsV2";
  /** `Parameters` or `Arguments`. */
  readonly parameters?: Template;
  readonly config: ReaderConfig;
}

export interface ReaderConfig {
  readonly inputType?: "CSV" | "JSON" | "JSONL" | "MANIFEST" | "PARQUET";
  readonly csvDelimiter?: "COMMA" | "PIPE" | "SEMICOLON" | "SPACE" | "TAB";
  readonly csvHeaderLocation?: "FIRST_ROW" | "GIVEN";
  readonly csvHeaders?: readonly string[];
  readonly itemsPointer?: string;
  readonly manifestType?: "ATHENA_DATA" | "S3_INVENTORY";
  readonly maxItems?: FieldValue<number>;
  readonly transformation?: "LOAD_AND_FLATTEN" | "NONE";
}

/** How many items a child execution gets, and what besides. */
export interface ItemBatcher {
  readonly maxItemsPerBatch?: FieldValue<number>;
  readonly maxInputBytesPerBatch?: FieldValue<number>;
  readonly batchInput?: Template;
}

/** Where the results go and in which form; without a resource they are the state's result. */
export interface ResultWriter {
  readonly resource?: string;
  readonly parameters?: Template;
  readonly config: WriterConfig;
}

export interface WriterConfig {
  readonly outputType?: "JSON" | "JSONL";
  readonly transformation?: "COMPACT" | "FLATTEN" | "NONE";
}
