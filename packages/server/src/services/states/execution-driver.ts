/**
 * Drives executions: takes an event, lets the interpreter advance, writes what changed and carries out its commands, all
 * in the caller's transaction.
 *
 * What a command causes at once (a message was sent, a child has started or ended, its parent may go on) is queued and
 * handled one after the other, never recursively. After `stepsPerDecisionMax` advances the rest of the queue goes to the
 * outbox: durable, and everyone else gets a turn before it is taken up. The interpreter's own `continue` goes the same way.
 */
import { advance, newExecution } from "@tutti/asl";
import type { Command, ExecutionEvent, ExecutionStatus, InterpreterHost, TaskRequest } from "@tutti/asl";
import type { OperationRegistry } from "../../delivery/operation-registry.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { OutboxRow } from "../../kernel/outbox.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { ExecutionStart } from "./execution-start.ts";
import type { Executions, NameLookup } from "./executions.ts";
import { describeForParent } from "./integrations/states-start-execution.ts";
import { limits } from "./limits.ts";
import type { Machines } from "./machines.ts";
import { machinesTable, runningTable, tasksTable } from "./tables.ts";
import { beginActivityTask, callIntegration, needsLookup } from "./task-commands.ts";
import { newTaskToken } from "./task-token.ts";
import { forgetTask, timerKind, WorkingExecution } from "./working-execution.ts";

/** Something to be done for an execution; plain JSON, so that it can wait in the outbox. */
export type WorkItem =
  | { readonly kind: "event"; readonly executionArn: string; readonly event: ExecutionEvent }
  /** A call of another service. `isNameTaken`: what the store said of the name of the execution it is to start. */
  | {
      readonly kind: "call";
      readonly executionArn: string;
      readonly task: TaskRequest;
      readonly isNameTaken?: boolean;
    };

const outboxKind = "states";

export class ExecutionDriver {
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  readonly machines: Machines;
  readonly executions: Executions;
  /** Orders the tasks of an activity; grows by one with each. */
  taskSequence = 0;
  readonly started = { count: 0 };
  readonly ended: Record<Exclude<ExecutionStatus, "RUNNING">, number> = {
    SUCCEEDED: 0,
    FAILED: 0,
    TIMED_OUT: 0,
    ABORTED: 0,
  };

  #postponedCount = 0;

  constructor(kernel: Kernel, registry: OperationRegistry, machines: Machines, executions: Executions) {
    this.kernel = kernel;
    this.registry = registry;
    this.machines = machines;
    this.executions = executions;
    kernel.timers.handle(timerKind, (tx, timer) => {
      const separator = timer.id.lastIndexOf(" ");
      this.post(tx, timer.id.slice(0, separator), { kind: "timerFired", timerId: timer.id.slice(separator + 1) });
    });
    kernel.outbox.handle(outboxKind, {
      attempt: (row) => this.#lookUp(row),
      succeeded: (tx, row, result) => {
        const item = row.payload as WorkItem;
        using lookedUp = result as NameLookup | undefined;
        this.#run(tx, item.kind === "call" ? { ...item, isNameTaken: lookedUp?.isStored === true } : item);
      },
      // A look-up fails only when the store does, which stops the process.
      retryAt: (_row, _error, now) => now + 1000,
      gaveUp: () => undefined,
    });
  }

  /** Rebuilds what is derived from the tables, for these shards. */
  restore(shards: ReadonlySet<number>): void {
    this.executions.restore(shards);
    for (const { sequence } of this.kernel.resident(tasksTable).values()) {
      this.taskSequence = Math.max(this.taskSequence, sequence);
    }
  }

  /** Tells a running execution what happened. One that has ended takes no notice. */
  post(tx: Transaction, arn: string, event: ExecutionEvent): void {
    this.#run(tx, { kind: "event", executionArn: arn, event });
  }

  /** Starts an execution that `Executions.prepareStart` has passed, and runs it as far as it goes. */
  start(tx: Transaction, start: ExecutionStart): void {
    const session = new Session(this, tx);
    session.create(start);
    session.run();
  }

  /** Hands an item to a later decision. */
  postpone(tx: Transaction, item: WorkItem): void {
    const shard = this.kernel.shards.of(item.executionArn);
    this.#postponedCount += 1;
    // Items of one moment are taken up in the order of their ids.
    const id = `states ${String(this.#postponedCount).padStart(16, "0")} ${this.kernel.random.uuid()}`;
    this.kernel.outbox.enqueue(tx, { shard, id, kind: outboxKind, payload: item });
  }

  #run(tx: Transaction, item: WorkItem): void {
    const session = new Session(this, tx);
    session.push(item);
    session.run();
  }

  /** What the store says of the name of the execution that a call is to start; undefined when that does not matter. */
  async #lookUp(row: OutboxRow): Promise<NameLookup | undefined> {
    const item = row.payload as WorkItem;
    const named = item.kind === "call" ? needsLookup(item.task) : undefined;
    return named === undefined ? undefined : this.executions.lookUpName(this.kernel.reader, named);
  }
}

/** One decision's work. */
export class Session {
  readonly driver: ExecutionDriver;
  readonly tx: Transaction;
  readonly #working = new Map<string, WorkingExecution>();
  readonly #queue: WorkItem[] = [];
  readonly #host: InterpreterHost;
  /** The execution that is being advanced, for the host's tokens. */
  #current = "";

  constructor(driver: ExecutionDriver, tx: Transaction) {
    const { kernel } = driver;
    this.driver = driver;
    this.tx = tx;
    this.#host = {
      now: tx.now,
      random: () => kernel.random.random(),
      uuid: () => kernel.random.uuid(),
      taskToken: (taskId) => newTaskToken(kernel, this.#current, taskId),
    };
  }

  push(...items: WorkItem[]): void {
    this.#queue.push(...items);
  }

  pushEvent(arn: string, event: ExecutionEvent): void {
    this.#queue.push({ kind: "event", executionArn: arn, event });
  }

  /** Makes a new execution known and queues its start. */
  create(start: ExecutionStart): void {
    const { arn, name, roleArn, machineArn, machineName, input, startedAt, revision } = start;
    const execution = newExecution({ arn, name, roleArn, machineArn, machineName, input, startedAt });
    const shard = this.driver.kernel.shards.of(arn);
    this.#working.set(arn, new WorkingExecution({ shard, revision, start }, execution));
    this.driver.executions.names.take(this.tx, arn);
    this.tx.afterCommit(() => (this.driver.started.count += 1));
    this.pushEvent(arn, { kind: "start" });
  }

  find(arn: string): WorkingExecution | undefined {
    const known = this.#working.get(arn);
    if (known !== undefined) return known.execution.status === "RUNNING" ? known : undefined;
    const execution = this.driver.executions.running(arn);
    const row = this.tx.get(runningTable, arn);
    if (execution === undefined || row === undefined) return undefined;
    const { shard, revision } = row;
    const working = new WorkingExecution({ shard, revision }, execution);
    this.#working.set(arn, working);
    return working;
  }

  run(): void {
    let steps = 0;
    // The queue grows while it is worked off.
    for (const item of this.#queue) {
      if (steps >= limits.stepsPerDecisionMax) this.driver.postpone(this.tx, item);
      else {
        steps += 1;
        this.#handle(item);
      }
    }
    this.#write();
  }

  #handle(item: WorkItem): void {
    const working = this.find(item.executionArn);
    if (working === undefined) return;
    switch (item.kind) {
      case "event":
        this.#advance(working, item.event);
        return;
      case "call":
        callIntegration(this, working.execution, item.task, item.isNameTaken);
        return;
    }
  }

  #advance(working: WorkingExecution, given: ExecutionEvent): void {
    const { arn, machineArn } = working.execution;
    const isDeleting = this.tx.get(machinesTable, machineArn)?.status === "DELETING";
    // A machine that is being deleted takes its executions with it, each at its next transition.
    const isTransition = given.kind !== "start" && given.kind !== "taskHeartbeat" && given.kind !== "stop";
    const event: ExecutionEvent = isDeleting && isTransition ? { kind: "stop" } : given;
    const machine = this.driver.machines.compiled(this.tx, working.identity.revision);
    this.#current = arn;
    const step = advance(machine, working.execution, event, this.#host);
    working.absorb(step);
    if (event.kind === "taskSucceeded" || event.kind === "taskFailed") forgetTask(this.tx, arn, event.taskId);
    for (const command of step.commands) this.#carryOut(working, command);
  }

  #carryOut(working: WorkingExecution, command: Command): void {
    const { arn } = working.execution;
    switch (command.kind) {
      case "startTask":
        return this.#startTask(working, command.task);
      case "cancelTask":
        return this.#cancelTask(arn, command.taskId);
      case "armTimer":
        return working.setTimer(command.timerId, command.at);
      case "disarmTimer":
        return working.setTimer(command.timerId, undefined);
      case "startMapRun":
      case "cancelMapRun":
        throw new Error(`${arn} runs a Distributed Map, which no definition here can`);
      case "continue":
        return this.driver.postpone(this.tx, { kind: "event", executionArn: arn, event: { kind: "continue" } });
      case "finish":
        return this.#finish(working);
    }
  }

  #startTask({ execution }: WorkingExecution, task: TaskRequest): void {
    switch (task.resource.kind) {
      case "activity":
        return beginActivityTask(this, execution.arn, task);
      case "integration": {
        const item: WorkItem = { kind: "call", executionArn: execution.arn, task };
        if (needsLookup(task) === undefined) this.push(item);
        else this.driver.postpone(this.tx, item);
        return;
      }
      case "function":
        throw new Error(`task ${task.taskId} of ${execution.arn} names a function, which no definition here can`);
    }
  }

  #cancelTask(arn: string, taskId: string): void {
    const task = this.tx.get(tasksTable, arn, taskId);
    if (task === undefined) return;
    this.tx.delete(tasksTable, arn, taskId);
    if (task.childArn !== null) this.pushEvent(task.childArn, { kind: "stop" });
  }

  /** Tells the tasks that wait for this execution how it ended. */
  #finish(working: WorkingExecution): void {
    const { arn, status } = working.execution;
    if (status === "RUNNING") throw new Error(`execution ${arn} has finished but runs`);
    this.tx.afterCommit(() => (this.driver.ended[status] += 1));
    for (const { executionArn: parentArn, taskId, pattern } of this.tx.scan(tasksTable, "by_child", [arn])) {
      const output = describeForParent(pattern ?? "sync", working.outcome(this.tx.now));
      if (status === "SUCCEEDED") this.pushEvent(parentArn, { kind: "taskSucceeded", taskId, output });
      else {
        const cause = JSON.stringify(output);
        this.pushEvent(parentArn, { kind: "taskFailed", taskId, phase: "run", error: "States.TaskFailed", cause });
      }
    }
  }

  #write(): void {
    const { kernel, executions, machines } = this.driver;
    for (const [arn, working] of this.#working) {
      working.write(kernel, this.tx);
      const hasEnded = working.execution.status !== "RUNNING";
      executions.replace(this.tx, arn, hasEnded ? undefined : working.execution);
    }
    for (const { execution, identity } of this.#working.values()) {
      if (execution.status !== "RUNNING") machines.executionEnded(this.tx, execution.machineArn, identity.revision);
    }
  }
}
