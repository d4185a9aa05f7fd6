/**
 * One state, tried out: what it would do with an input, step by step, without running anything outside.
 * https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
 *
 * The state runs in the interpreter itself, in an execution made for it that an inspector watches; what it waits for is
 * given by the mock. So what is shown is what an execution does, errors, retriers and catchers included.
 */
import type { CompileOptions } from "../definition/compilation.ts";
import type { Diagnostic } from "../definition/diagnostic.ts";
import type { Machine, State } from "../definition/machine.ts";
import { newExecution } from "../interpreter/advance.ts";
import { Draft, ROOT_SCOPE_ID } from "../interpreter/draft.ts";
import { stateFailure } from "../interpreter/errors.ts";
import type { EvaluationHost } from "../interpreter/evaluation.ts";
import type { Frame } from "../interpreter/execution.ts";
import { runState } from "../interpreter/run.ts";
import { taskFailed, taskSucceeded } from "../interpreter/states/task.ts";
import { finishWait } from "../interpreter/states/wait.ts";
import { attempt } from "../interpreter/transitions.ts";
import type { Json, JsonObject } from "../json/value.ts";
import { Inspection } from "./inspection.ts";
import type { InspectionData } from "./inspection.ts";
import { testMap } from "./test-map.ts";
import { testParallel } from "./test-parallel.ts";
import { findTestedState } from "./tested-state.ts";

export interface TestStateRequest {
  /** A single state, or a machine of which `stateName` names a state, at any depth. */
  readonly definition: string;
  readonly stateName?: string;
  /** `{}` when absent. */
  readonly input?: Json;
  readonly variables?: JsonObject;
  /** The context object; one of an execution made for the test when absent. */
  readonly context?: JsonObject;
  readonly mock?: TestMock;
  readonly configuration?: TestConfiguration;
  readonly compile?: CompileOptions;
  readonly host: EvaluationHost;
}

/** What the state's work comes to: of a Map the outputs of its iterations, of a Parallel those of its branches. */
export type TestMock =
  | { readonly result: Json }
  | { readonly errorOutput: { readonly error?: string; readonly cause?: string } };

export interface TestConfiguration {
  /** Attempts that the retrier of the error has behind it. */
  readonly retrierRetryCount?: number;
  /** The state inside the Map or Parallel whose error the mock is. */
  readonly errorCausedByState?: string;
  /** Iterations of the Map that have failed. */
  readonly mapIterationFailureCount?: number;
  /** What the Map's ItemReader would have read. */
  readonly mapItemReaderData?: Json;
}

export type TestStateResult =
  | { readonly kind: "invalidDefinition"; readonly diagnostics: readonly Diagnostic[] }
  /** The request does not fit the state; the text says why. */
  | { readonly kind: "refused"; readonly message: string }
  /** The state does work outside, and nothing was given in its place. */
  | { readonly kind: "unmocked"; readonly state: State }
  | TestedState;

export interface TestedState {
  readonly kind: "tested";
  readonly state: State;
  readonly status: "CAUGHT_ERROR" | "FAILED" | "RETRIABLE" | "SUCCEEDED";
  readonly output?: Json;
  readonly error?: string;
  readonly cause?: string;
  readonly nextState?: string;
  readonly inspection: InspectionData;
}

/** Tries out one state. Pure: time, chance and ids are the host's. */
export function testState(request: TestStateRequest): TestStateResult {
  const found = findTestedState(request.definition, request.stateName, request.compile);
  if (found.kind !== "found") return found;
  const { machine, container, state } = found;
  const misfit = misfitOf(request, machine, state);
  if (misfit !== undefined) return { kind: "refused", message: misfit };
  const needsMock = state.type === "Task" || state.type === "Map" || state.type === "Parallel";
  if (needsMock && request.mock === undefined) return { kind: "unmocked", state };
  const inspection = new Inspection(state, request.input ?? {}, request.context);
  const draft = draftFor(request, machine, container, state, inspection);
  runTested(draft, state, request, inspection);
  return resultOf(draft, state, inspection);
}

/** Why the request does not fit the state, in AWS's words where there are some. */
function misfitOf({ mock, configuration }: TestStateRequest, machine: Machine, state: State): string | undefined {
  const isComposite = state.type === "Map" || state.type === "Parallel";
  if (mock !== undefined && state.type !== "Task" && !isComposite) {
    return `State type '${state.type}' is not supported when a mock is specified`;
  }
  if (mock !== undefined && "result" in mock && isComposite && !Array.isArray(mock.result)) {
    return "Mocked result must be an array";
  }
  const causedBy = configuration?.errorCausedByState;
  if (causedBy === undefined) return undefined;
  const isInside = [...machine.containers.values()].some(
    ({ pointer, states }) => pointer.startsWith(`${state.pointer}/`) && states.has(causedBy),
  );
  return isComposite && isInside ? undefined : `The state '${causedBy}' is not inside the state '${state.name}'`;
}

/** An execution that has just entered the state, as the first of its container. */
function draftFor(
  request: TestStateRequest,
  machine: Machine,
  container: string,
  state: State,
  inspection: Inspection,
): Draft {
  const { host, variables, configuration, input = {} } = request;
  const account = "arn:aws:states:us-east-1:000000000000";
  const execution = newExecution({
    arn: `${account}:execution:TestState:TestState`,
    name: "TestState",
    roleArn: "arn:aws:iam::000000000000:role/TestState",
    machineArn: `${account}:stateMachine:TestState`,
    machineName: "TestState",
    input,
    startedAt: host.now,
  });
  const enteredEventId = 2;
  const frame: Frame = {
    state: state.name,
    input,
    enteredAt: host.now,
    enteredEventId,
    retries: "retry" in state ? state.retry.map(() => configuration?.retrierRetryCount ?? 0) : [],
    phase: { kind: "ready" },
  };
  const root = { id: ROOT_SCOPE_ID, index: 0, container, previousEventId: enteredEventId, frame };
  const scopes = { [ROOT_SCOPE_ID]: variables === undefined ? root : { ...root, variables } };
  const interpreterHost = {
    now: host.now,
    random: () => host.random(),
    uuid: () => host.uuid(),
    taskToken: () => host.uuid(),
  };
  const started = { ...execution, nextEventId: enteredEventId + 1, nextScopeId: ROOT_SCOPE_ID + 1, scopes };
  return new Draft(machine, started, interpreterHost, inspection);
}

function runTested(draft: Draft, state: State, request: TestStateRequest, inspection: Inspection): void {
  const { mock, configuration = {} } = request;
  const scope = draft.edit(ROOT_SCOPE_ID);
  const entered = scope.frame;
  if (entered === undefined) throw new Error("The state was entered.");
  if (state.type === "Map" && mock !== undefined) {
    attempt(draft, scope, entered, () =>
      testMap({ draft, scope, frame: entered, inspection }, state, mock, configuration),
    );
    return;
  }
  if (state.type === "Parallel" && mock !== undefined) {
    attempt(draft, scope, entered, () => testParallel(draft, scope, entered, state, mock));
    return;
  }
  runState(draft, ROOT_SCOPE_ID);
  const { frame } = scope;
  if (frame === undefined || frame.state !== state.name || draft.hasEnded) return;
  const { phase } = frame;
  // Nobody waits for a test.
  if (state.type === "Wait" && phase.kind === "waiting") {
    attempt(draft, scope, frame, () => finishWait(draft, scope, frame, state));
  }
  if (state.type !== "Task" || phase.kind !== "task" || mock === undefined) return;
  const task = { scope, frame, state, phase };
  if ("result" in mock) taskSucceeded(draft, task, mock.result);
  else taskFailed(draft, task, "run", stateFailure(mock.errorOutput.error, mock.errorOutput.cause));
}

function resultOf(draft: Draft, state: State, inspection: Inspection): TestedState {
  const scope = draft.scope(ROOT_SCOPE_ID);
  const { failure } = inspection;
  const errors = {
    ...(failure?.error !== undefined && { error: failure.error }),
    ...(failure?.cause !== undefined && { cause: failure.cause }),
  };
  const shown = { kind: "tested", state, inspection: inspection.data(scope?.variables) } as const;
  if (draft.hasEnded) {
    const { status, output, error, cause } = draft.toStep().execution;
    if (status === "SUCCEEDED") return { ...shown, status, ...(output !== undefined && { output }) };
    return {
      ...shown,
      status: "FAILED",
      ...(error !== undefined && { error }),
      ...(cause !== undefined && { cause }),
    };
  }
  const frame = scope?.frame;
  if (frame === undefined) throw new Error(`The state '${state.name}' has no outcome.`);
  if (frame.phase.kind === "backingOff") return { ...shown, status: "RETRIABLE", ...errors };
  const status = inspection.isCaught ? "CAUGHT_ERROR" : "SUCCEEDED";
  return { ...shown, status, output: frame.input, nextState: frame.state, ...(inspection.isCaught && errors) };
}
