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
import type { ReferencePath, CompiledPath } from "../paths/path.ts";
import type { CompiledTemplate } from "../paths/template.ts";

export type QueryLanguage = "JSONPath" | "JSONata";

export interface Machine {
  readonly comment?: string;
  readonly queryLanguage: QueryLanguage;
  readonly timeoutSeconds?: number;
  /** Every `{StartAt, States}` of the document by its JSON pointer; the machine itself is `""`. */
  readonly containers: ReadonlyMap<string, StateContainer>;
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
}

/** Where a state goes when it is done: a name in the same container, or the end of the scope. */
export interface Transition {
  readonly next: string | null;
}

/** `null` for an `InputPath` or `OutputPath` written as null: the effective value is `{}`. Absent means `$`. */
export interface InputOutputPaths {
  readonly inputPath?: CompiledPath | null;
  readonly outputPath?: CompiledPath | null;
}

/** `resultPath` null discards the result; absent means `$`: the result replaces the input. */
export interface ResultShaping {
  readonly parameters?: CompiledTemplate;
  readonly resultSelector?: CompiledTemplate;
  readonly resultPath?: ReferencePath | null;
}

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

export interface Catcher {
  readonly errorEquals: readonly string[];
  readonly next: string;
  readonly resultPath?: ReferencePath | null;
}

export interface PassState extends StateBase, Transition, InputOutputPaths {
  readonly type: "Pass";
  readonly parameters?: CompiledTemplate;
  readonly result?: Json;
  readonly resultPath?: ReferencePath | null;
}

export interface ChoiceState extends StateBase, InputOutputPaths {
  readonly type: "Choice";
  readonly choices: readonly CompiledChoiceRule[];
  readonly defaultNext?: string;
}

export interface WaitState extends StateBase, Transition, InputOutputPaths {
  readonly type: "Wait";
  readonly duration:
    | { readonly kind: "seconds"; readonly seconds: number }
    | { readonly kind: "secondsPath"; readonly path: CompiledPath }
    | { readonly kind: "timestamp"; readonly timestamp: string }
    | { readonly kind: "timestampPath"; readonly path: CompiledPath };
}

export interface SucceedState extends StateBase, InputOutputPaths {
  readonly type: "Succeed";
}

export interface FailState extends StateBase {
  readonly type: "Fail";
  readonly error?: FailText;
  readonly cause?: FailText;
}

/** `expression` is a path or an intrinsic function that gives a string. */
export type FailText =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "path"; readonly path: CompiledPath | CompiledTemplate };

export interface TaskState extends StateBase, Transition, InputOutputPaths, ResultShaping, ErrorHandling {
  readonly type: "Task";
  readonly resource: TaskResource;
  readonly timeout?: SecondsField;
  readonly heartbeat?: SecondsField;
  readonly credentials?: CompiledTemplate;
}

export type SecondsField =
  | { readonly kind: "seconds"; readonly seconds: number }
  | { readonly kind: "path"; readonly path: CompiledPath };

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

export interface ParallelState extends StateBase, Transition, InputOutputPaths, ResultShaping, ErrorHandling {
  readonly type: "Parallel";
  /** Pointers of the branches' containers, in order. */
  readonly branches: readonly string[];
}

export interface MapState extends StateBase, Transition, InputOutputPaths, ErrorHandling {
  readonly type: "Map";
  readonly itemsPath?: CompiledPath;
  /** `ItemSelector`, or `Parameters` in its older form. Evaluated once for every item. */
  readonly itemSelector?: CompiledTemplate;
  readonly resultSelector?: CompiledTemplate;
  readonly resultPath?: ReferencePath | null;
  readonly maxConcurrency:
    | { readonly kind: "count"; readonly count: number }
    | { readonly kind: "path"; readonly path: CompiledPath };
  readonly toleratedFailureCount?: number;
  readonly toleratedFailurePercentage?: number;
  /** Pointer of the item processor's container. */
  readonly processor: string;
}
