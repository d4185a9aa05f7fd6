/**
 * The working copy of an execution during one step.
 *
 * A draft starts as a view of the execution it was given and copies a scope when that scope is first edited; the given
 * execution is never changed. It collects what the step brings about: new history events, commands, and the queues of
 * scopes that are due. `toStep` turns it into the step's result, and the draft is done with.
 *
 * Two queues drive a step. `ready` holds scopes whose state is to be run, in the order they became ready, so branches
 * take turns as concurrent ones do. `ended` holds branches and iterations that are done, for their parents to look at;
 * it is always emptied first, so a finished scope is never left lying between two steps without its parent knowing.
 */
import type { Machine, State } from "../definition/machine.ts";
import type { Json } from "../json/value.ts";
import type { Execution, ExecutionScope, ExecutionStatus, StateFailure } from "./execution.ts";
import { detailsKeyOf } from "./history.ts";
import type { HistoryEvent, HistoryEventDetails, HistoryEventType } from "./history.ts";
import type { Inspector } from "./inspection.ts";
import { HISTORY_EVENTS_MAX } from "./limits.ts";
import { exceedsPayload } from "./payload.ts";
import type { Command, InterpreterHost, Step } from "./protocol.ts";

/** A scope that may be edited in place: it belongs to the draft alone. */
export type WorkingScope = { -readonly [Member in keyof ExecutionScope]: ExecutionScope[Member] };

/** Thrown when the next event would leave no room for the one that ends the execution. */
export class HistoryFull extends Error {}

export class Draft {
  readonly machine: Machine;
  readonly host: InterpreterHost;
  readonly execution: Execution;
  readonly inspector: Inspector | undefined;
  readonly ready: number[] = [];
  readonly ended: number[] = [];
  readonly #scopes = new Map<number, WorkingScope | undefined>();
  readonly #texts = new WeakMap<object, string>();
  /** Values that were found to be no larger than a payload may be. */
  readonly #withinPayload = new WeakSet<object>();
  #families: Map<number, Family> | undefined;
  #lastState: { readonly container: string; readonly name: string; readonly state: State } | undefined;
  #commands: Command[] = [];
  readonly #history: HistoryEvent[] = [];
  #nextEventId: number;
  #nextScopeId: number;
  #variableBytes: number | undefined;
  #outcome: Pick<Execution, "status" | "output" | "error" | "cause"> | undefined;

  constructor(machine: Machine, execution: Execution, host: InterpreterHost, inspector?: Inspector) {
    this.inspector = inspector;
    this.machine = machine;
    this.execution = execution;
    this.host = host;
    this.#nextEventId = execution.nextEventId;
    this.#nextScopeId = execution.nextScopeId;
  }

  /** The id the next event will have. */
  get nextEventId(): number {
    return this.#nextEventId;
  }

  /** The compact JSON text of a value; written once for a value that appears in several events. */
  text(value: Json): string {
    if (typeof value !== "object" || value === null) return JSON.stringify(value);
    const known = this.#texts.get(value);
    if (known !== undefined) return known;
    const text = JSON.stringify(value);
    this.#texts.set(value, text);
    return text;
  }

  /** Whether a value is larger than a payload may be; counted once for a value that is handed from state to state. */
  exceedsPayload(value: Json): boolean {
    if (typeof value !== "object" || value === null) return exceedsPayload(this.text(value));
    if (this.#withinPayload.has(value)) return false;
    if (exceedsPayload(this.text(value))) return true;
    this.#withinPayload.add(value);
    return false;
  }

  /** The scope as it now is, to be read; undefined when there is none. */
  scope(id: number): ExecutionScope | undefined {
    return this.#scopes.has(id) ? this.#scopes.get(id) : this.execution.scopes[id];
  }

  /** The scope, to be changed in place. */
  edit(id: number): WorkingScope {
    const working = this.#scopes.get(id);
    if (working !== undefined) return working;
    const original = this.scope(id);
    if (original === undefined) throw new Error(`The execution has no scope ${id}.`);
    const copy = { ...original };
    this.#scopes.set(id, copy);
    return copy;
  }

  /** Makes a scope, numbered in the order of making. */
  create(scope: Omit<ExecutionScope, "id">): WorkingScope {
    const created = { ...scope, id: this.#nextScopeId++ };
    this.#scopes.set(created.id, created);
    const family = scope.parentId === undefined ? undefined : this.#familyToKeep(scope.parentId);
    family?.ids.add(created.id);
    family?.running.add(created.id);
    return created;
  }

  /** The scope is in no state any more: it has its outcome, which its parent is to look at. */
  close(scope: WorkingScope): void {
    delete scope.frame;
    if (scope.parentId !== undefined) this.#familyToKeep(scope.parentId)?.running.delete(scope.id);
  }

  remove(id: number): void {
    const { parentId, variableBytes } = this.scope(id) ?? {};
    if (variableBytes !== undefined) this.variableBytes -= variableBytes;
    const family = parentId === undefined ? undefined : this.#familyToKeep(parentId);
    family?.ids.delete(id);
    family?.running.delete(id);
    this.#scopes.set(id, undefined);
  }

  /** The branches or iterations under a scope, live and finished. They are made, and so stand, in the order of index. */
  children(parentId: number): readonly ExecutionScope[] {
    const children: ExecutionScope[] = [];
    for (const id of this.#familyOf(parentId).ids) {
      const child = this.scope(id);
      if (child !== undefined) children.push(child);
    }
    return children;
  }

  /** How many branches or iterations there are under a scope, and how many of them still run. */
  childCounts(parentId: number): { readonly all: number; readonly running: number } {
    const { ids, running } = this.#familyOf(parentId);
    return { all: ids.size, running: running.size };
  }

  /** Bytes of all variables of the execution; counted on first use, kept up to date by whoever assigns. */
  get variableBytes(): number {
    if (this.#variableBytes === undefined) {
      this.#variableBytes = 0;
      for (const { variableBytes = 0 } of Object.values(this.execution.scopes)) this.#variableBytes += variableBytes;
    }
    return this.#variableBytes;
  }

  set variableBytes(bytes: number) {
    this.#variableBytes = bytes;
  }

  /** The scopes whose state waits for another step. */
  readyScopeIds(): number[] {
    return Object.values(this.execution.scopes)
      .filter((scope) => scope.frame?.phase.kind === "ready")
      .map((scope) => scope.id);
  }

  /** The state of a name in a scope. A state that was entered is mostly the next one asked for. */
  stateOf({ container }: ExecutionScope, name: string): State {
    const last = this.#lastState;
    if (last?.name === name && last.container === container) return last.state;
    const state = this.machine.containers.get(container)?.states.get(name);
    if (state === undefined) throw new Error(`The machine has no state '${name}' in '${container}'.`);
    this.#lastState = { container, name, state };
    return state;
  }

  /** Appends an event that follows the scope's last one, and gives its id. Throws HistoryFull. */
  append(scope: WorkingScope, type: HistoryEventType, details?: HistoryEventDetails): number {
    scope.previousEventId = this.appendLeaf(scope.previousEventId, type, details);
    return scope.previousEventId;
  }

  /** Appends an event that nothing will follow, and gives its id. Throws HistoryFull. */
  appendLeaf(previousEventId: number, type: HistoryEventType, details?: HistoryEventDetails): number {
    if (!this.hasHistoryRoom()) throw new HistoryFull();
    return this.#push(previousEventId, type, details);
  }

  /** Whether an event fits before the last one, which is reserved for the end of the execution. */
  hasHistoryRoom(): boolean {
    return this.#nextEventId < HISTORY_EVENTS_MAX;
  }

  #push(previousEventId: number, type: HistoryEventType, details: HistoryEventDetails | undefined): number {
    const id = this.#nextEventId++;
    const timestamp = this.host.now;
    this.#history.push(
      details === undefined
        ? { id, previousEventId, timestamp, type }
        : { id, previousEventId, timestamp, type, detailsKey: detailsKeyOf(type), details },
    );
    return id;
  }

  startTask(command: Extract<Command, { kind: "startTask" }>): void {
    this.#commands.push(command);
  }

  /** A task that was to start in this very step is not started at all. */
  cancelTask(taskId: string): void {
    if (!this.#withdraw((command) => command.kind === "startTask" && command.task.taskId === taskId)) {
      this.#commands.push({ kind: "cancelTask", taskId });
    }
  }

  startMapRun(command: Extract<Command, { kind: "startMapRun" }>): void {
    this.#commands.push(command);
  }

  /** A Map Run that was to start in this very step is not started at all. */
  cancelMapRun(mapRunId: string): void {
    if (!this.#withdraw((command) => command.kind === "startMapRun" && command.mapRun.mapRunId === mapRunId)) {
      this.#commands.push({ kind: "cancelMapRun", mapRunId });
    }
  }

  armTimer(timerId: string, at: number): void {
    this.#commands.push({ kind: "armTimer", timerId, at });
  }

  /** A timer that was to be armed in this very step is not armed at all. */
  disarmTimer(timerId: string): void {
    if (!this.#withdraw((command) => command.kind === "armTimer" && command.timerId === timerId)) {
      this.#commands.push({ kind: "disarmTimer", timerId });
    }
  }

  requestContinue(): void {
    this.#commands.push({ kind: "continue" });
  }

  #withdraw(matches: (command: Command) => boolean): boolean {
    const index = this.#commands.findLastIndex(matches);
    if (index < 0) return false;
    this.#commands.splice(index, 1);
    return true;
  }

  /** Forgets this step's commands: what they would have begun is not wanted any more. */
  dropCommands(): void {
    this.#commands = [];
  }

  /**
   * Ends the execution with its terminal event. The scopes go; what they had armed or started must have been called
   * off before.
   */
  end(
    status: ExecutionStatus,
    type: HistoryEventType,
    outcome: { readonly output: Json } | { readonly failure: StateFailure },
    details: HistoryEventDetails,
  ): void {
    this.#push(this.scope(ROOT_SCOPE_ID)?.previousEventId ?? 0, type, details);
    if ("output" in outcome) this.#outcome = { status, output: outcome.output };
    else {
      const { error, cause } = outcome.failure;
      this.#outcome = { status, ...(error !== undefined && { error }), ...(cause !== undefined && { cause }) };
    }
    this.#commands.push({ kind: "finish" });
  }

  get hasEnded(): boolean {
    return this.#outcome !== undefined;
  }

  toStep(): Step {
    const { scopes, changedScopeIds, removedScopeIds } = this.#mergeScopes();
    return {
      execution: {
        ...this.execution,
        ...this.#outcome,
        nextEventId: this.#nextEventId,
        nextScopeId: this.#nextScopeId,
        scopes,
      },
      changedScopeIds,
      removedScopeIds,
      commands: this.#commands,
      history: this.#history,
    };
  }

  #mergeScopes(): Pick<Execution, "scopes"> & Pick<Step, "changedScopeIds" | "removedScopeIds"> {
    if (this.hasEnded) {
      return { scopes: {}, changedScopeIds: [], removedScopeIds: Object.keys(this.execution.scopes).map(Number) };
    }
    const scopes: Record<number, ExecutionScope> = { ...this.execution.scopes };
    const changedScopeIds: number[] = [];
    const removedScopeIds: number[] = [];
    for (const [id, scope] of this.#scopes) {
      const original = this.execution.scopes[id];
      if (scope === undefined) {
        if (original !== undefined) removedScopeIds.push(id);
        delete scopes[id];
      } else if (original === undefined || differs(original, scope)) {
        changedScopeIds.push(id);
        scopes[id] = scope;
      }
    }
    return { scopes, changedScopeIds, removedScopeIds };
  }

  /** The family to keep up to date, when the index has been built. */
  #familyToKeep(parentId: number): Family | undefined {
    return this.#families && familyIn(this.#families, parentId);
  }

  /** Families by parent, made on first use: most steps never ask. */
  #familyOf(parentId: number): Family {
    if (this.#families !== undefined) return familyIn(this.#families, parentId);
    const families = new Map<number, Family>();
    const enter = (scope: ExecutionScope): void => {
      if (scope.parentId === undefined) return;
      const family = familyIn(families, scope.parentId);
      family.ids.add(scope.id);
      if (scope.frame !== undefined) family.running.add(scope.id);
    };
    for (const { id } of Object.values(this.execution.scopes)) {
      const scope = this.scope(id);
      if (scope !== undefined) enter(scope);
    }
    for (const scope of this.#scopes.values()) if (scope !== undefined) enter(scope);
    this.#families = families;
    return familyIn(families, parentId);
  }
}

/** The scopes under a scope, in the order they were made, and those that have no outcome yet. */
interface Family {
  readonly ids: Set<number>;
  readonly running: Set<number>;
}

function familyIn(families: Map<number, Family>, parentId: number): Family {
  const known = families.get(parentId);
  if (known !== undefined) return known;
  const family: Family = { ids: new Set(), running: new Set() };
  families.set(parentId, family);
  return family;
}

export const ROOT_SCOPE_ID = 0;

/** Whether any member was replaced. Values are never changed in place, so identity tells. */
function differs(original: ExecutionScope, working: ExecutionScope): boolean {
  return (
    original.previousEventId !== working.previousEventId ||
    original.frame !== working.frame ||
    original.output !== working.output ||
    original.failure !== working.failure ||
    original.variables !== working.variables
  );
}
