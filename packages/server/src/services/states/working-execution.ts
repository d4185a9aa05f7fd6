/**
 * An execution during one decision. Steps are absorbed into it one after the other; `write` then writes the difference
 * between what stands in the tables and what the execution has become: one block of history, the scopes that moved, and
 * timers that are still wanted. An execution that starts and ends within the decision leaves no resident row at all.
 */
import type { Execution, HistoryEvent, JsonObject, Step } from "@tutti/asl";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { ExecutionOutcome, ExecutionStart } from "./execution-start.ts";
import { limits } from "./limits.ts";
import { executionsTable, historyTable, runningTable, scopesTable, tasksTable, variablesTable } from "./tables.ts";

export const timerKind = "states";

/** What `advance` does not know about an execution. */
export interface WorkingIdentity {
  readonly shard: number;
  readonly revision: string;
  /** Present for an execution that has no rows yet. */
  readonly start?: ExecutionStart;
}

export class WorkingExecution {
  readonly identity: WorkingIdentity;
  execution: Execution;
  readonly #touchedScopes = new Set<number>();
  readonly #history: HistoryEvent[] = [];
  /** When a timer is due; undefined for one that is not wanted any more. */
  readonly #timers = new Map<string, number | undefined>();

  constructor(identity: WorkingIdentity, execution: Execution) {
    this.identity = identity;
    this.execution = execution;
  }

  absorb(step: Step): void {
    this.execution = step.execution;
    for (const id of step.changedScopeIds) this.#touchedScopes.add(id);
    for (const id of step.removedScopeIds) this.#touchedScopes.add(id);
    this.#history.push(...step.history);
  }

  setTimer(timerId: string, at: number | undefined): void {
    this.#timers.set(timerId, at);
  }

  /** What is left of an execution that has ended. */
  outcome(now: number): ExecutionOutcome {
    const { arn, name, machineArn, status, startedAt, input, output, error, cause } = this.execution;
    return {
      arn,
      name,
      machineArn,
      status,
      startedAt,
      stoppedAt: now,
      input: this.identity.start?.inputText ?? JSON.stringify(input),
      output: output === undefined ? null : JSON.stringify(output),
      error: error ?? null,
      cause: cause ?? null,
    };
  }

  write(kernel: Kernel, tx: Transaction): void {
    this.#writeHistory(tx);
    const hasEnded = this.execution.status !== "RUNNING";
    if (this.identity.start !== undefined) this.#insert(tx, this.identity.start);
    else if (hasEnded) this.#end(tx);
    else this.#update(tx);
    if (!hasEnded || this.identity.start === undefined) this.#writeTimers(kernel, tx, hasEnded);
  }

  #insert(tx: Transaction, start: ExecutionStart): void {
    const { shard, revision } = this.identity;
    const { arn, name, machineArn, machineName, roleArn, startedAt, input, nextEventId, nextScopeId } = this.execution;
    const hasEnded = this.execution.status !== "RUNNING";
    const { status, stoppedAt, output, error, cause } = this.outcome(tx.now);
    tx.insert(executionsTable, {
      shard,
      arn,
      name,
      machineArn,
      revision,
      status,
      startedAt,
      stoppedAt: hasEnded ? stoppedAt : null,
      input: start.inputText,
      output,
      error,
      cause,
      traceHeader: start.traceHeader,
    });
    if (hasEnded) return;
    const head = { shard, arn, name, machineArn, machineName, revision, roleArn, startedAt, input };
    tx.insert(runningTable, { ...head, nextEventId, nextScopeId });
    this.#writeScopes(tx);
  }

  #update(tx: Transaction): void {
    const { arn, nextEventId, nextScopeId } = this.execution;
    const row = tx.get(runningTable, arn);
    if (row?.nextEventId !== nextEventId || row.nextScopeId !== nextScopeId) {
      tx.update(runningTable, [arn], { nextEventId, nextScopeId });
    }
    this.#writeScopes(tx);
  }

  #end(tx: Transaction): void {
    const { arn } = this.execution;
    const { status, stoppedAt, output, error, cause } = this.outcome(tx.now);
    tx.update(executionsTable, [arn], { status, stoppedAt, output, error, cause });
    tx.delete(runningTable, arn);
    this.#writeScopes(tx);
  }

  #writeScopes(tx: Transaction): void {
    const { arn, scopes } = this.execution;
    for (const scopeId of this.#touchedScopes) {
      const scope = scopes[scopeId];
      this.#writeVariables(tx, scopeId, scope?.variables);
      if (scope !== undefined) {
        const { variables: _, ...stored } = scope;
        tx.put(scopesTable, { shard: this.identity.shard, executionArn: arn, scopeId, scope: stored });
      } else if (tx.get(scopesTable, arn, scopeId) !== undefined) tx.delete(scopesTable, arn, scopeId);
    }
  }

  /** Writes what was assigned. Values are never changed in place, so identity tells what is new. */
  #writeVariables(tx: Transaction, scopeId: number, variables: JsonObject | undefined): void {
    const { arn } = this.execution;
    // Variables are never unset one by one: they go with their scope, or with its end.
    const hasRows = tx.get(scopesTable, arn, scopeId)?.scope.variableBytes !== undefined;
    if (variables === undefined) {
      const rows = hasRows ? [...tx.scan(variablesTable, "by_scope", [arn, scopeId])] : [];
      for (const { name } of rows) tx.delete(variablesTable, arn, scopeId, name);
      return;
    }
    const { shard } = this.identity;
    for (const [name, value] of Object.entries(variables)) {
      const row = hasRows ? tx.get(variablesTable, arn, scopeId, name) : undefined;
      if (row?.value !== value) tx.put(variablesTable, { shard, executionArn: arn, scopeId, name, value });
    }
  }

  #writeHistory(tx: Transaction): void {
    for (let from = 0; from < this.#history.length; from += limits.historyBlockEventsMax) {
      const events = this.#history.slice(from, from + limits.historyBlockEventsMax);
      const firstEventId = events[0]?.id ?? 0;
      tx.insert(historyTable, { shard: this.identity.shard, executionArn: this.execution.arn, firstEventId, events });
    }
  }

  #writeTimers(kernel: Kernel, tx: Transaction, hasEnded: boolean): void {
    for (const [timerId, at] of this.#timers) {
      const id = `${this.execution.arn} ${timerId}`;
      if (at === undefined || hasEnded) kernel.timers.disarm(tx, id);
      else kernel.timers.arm(tx, { shard: this.identity.shard, id, kind: timerKind, dueAt: at });
    }
  }
}

/** Forgets a task that is out, if it still is. */
export function forgetTask(tx: Transaction, executionArn: string, taskId: string): void {
  if (tx.get(tasksTable, executionArn, taskId) !== undefined) tx.delete(tasksTable, executionArn, taskId);
}
