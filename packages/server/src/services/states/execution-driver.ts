/**
 * Drives executions: takes an event, lets the interpreter advance, writes what changed and carries out its commands, all
 * in the caller's transaction.
 *
 * What a command causes at once (a message was sent, a child has started or ended, its parent may go on) is queued and
 * handled one after the other, never recursively: also what comes back by a hop to an execution of the same decision. After `stepsPerDecisionMax` advances the rest of the queue goes to the
 * outbox: durable, and everyone else gets a turn before it is taken up. The interpreter's own `continue` goes the same way.
 */
import { advance, newExecution } from "@tutti/asl";
import type { Command, ExecutionEvent, ExecutionStatus, InterpreterHost, TaskRequest } from "@tutti/asl";
import type { Hops } from "../../delivery/hops.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { machineArnOf } from "./arns.ts";
import type { ExecutionStart } from "./execution-start.ts";
import type { Executions } from "./executions.ts";
import { describeForParent } from "./integrations/states-start-execution.ts";
import { limits } from "./limits.ts";
import type { Machines } from "./machines.ts";
import { activityTasksTable, machinesTable, runningTable, tasksTable, waitingParentsTable } from "./tables.ts";
import { beginActivityTask, callIntegration, frameOf, handleReplies, identityOf } from "./task-commands.ts";
import type { TaskEnd } from "./task-ends.ts";
import { newTaskToken } from "./task-token.ts";
import { forgetTask, timerKind, WorkingExecution } from "./working-execution.ts";

/** Something to be done for an execution; plain JSON, so that it can wait in the outbox. */
export type WorkItem =
  | { readonly kind: "event"; readonly executionArn: string; readonly event: ExecutionEvent }
  /** A call of another service. */
  | { readonly kind: "call"; readonly executionArn: string; readonly task: TaskRequest };

export const outboxKind = "states";

export class ExecutionDriver {
  readonly kernel: Kernel;
  readonly hops: Hops;
  readonly machines: Machines;
  readonly executions: Executions;
  readonly activitySequence = new ActivitySequence();
  readonly started = { count: 0 };
  readonly ended: Record<Exclude<ExecutionStatus, "RUNNING">, number> = {
    SUCCEEDED: 0,
    FAILED: 0,
    TIMED_OUT: 0,
    ABORTED: 0,
  };

  #postponedCount = 0;
  /** The work under way in the running decision. */
  #session: Session | undefined;

  constructor(kernel: Kernel, hops: Hops, machines: Machines, executions: Executions) {
    this.kernel = kernel;
    this.hops = hops;
    this.machines = machines;
    this.executions = executions;
    handleReplies(this);
    kernel.timers.handle(timerKind, (tx, timer) => {
      const separator = timer.id.lastIndexOf(" ");
      this.post(tx, timer.id.slice(0, separator), { kind: "timerFired", timerId: timer.id.slice(separator + 1) });
    });
    kernel.outbox.handle(outboxKind, {
      attempt: async () => undefined,
      succeeded: (tx, row) => this.within(tx, (session) => session.push(row.payload as WorkItem)),
      // An attempt that does nothing does not fail.
      retryAt: (_row, _error, now) => now + 1000,
      gaveUp: () => undefined,
    });
  }

  /** Rebuilds what is derived from the tables, for these shards. */
  restore(shards: ReadonlySet<number>): void {
    this.executions.restore(shards);
    for (const { sequence } of this.kernel.resident(activityTasksTable).values())
      this.activitySequence.passed(sequence);
  }

  /** Tells a running execution what happened. One that has ended takes no notice. */
  post(tx: Transaction, arn: string, event: ExecutionEvent): void {
    this.within(tx, (session) => session.pushEvent(arn, event));
  }

  /** Starts an execution that `Executions.prepareStart` has passed, and runs it as far as it goes. */
  start(tx: Transaction, start: ExecutionStart): void {
    this.within(tx, (session) => session.create(start));
  }

  /** Hands an item to a later decision. */
  postpone(tx: Transaction, item: WorkItem): void {
    const shard = this.shardOf(item.executionArn);
    this.#postponedCount += 1;
    // Items of one moment are taken up in the order of their ids.
    const id = `states ${String(this.#postponedCount).padStart(16, "0")} ${this.kernel.random.uuid()}`;
    this.kernel.outbox.enqueue(tx, { shard, id, kind: outboxKind, payload: item });
  }

  /** Works on executions as part of a decision. What a hop asks for while such work is under way joins it. */
  within<Result>(tx: Transaction, work: (session: Session) => Result): Result {
    if (this.#session?.tx === tx) return work(this.#session);
    const session = new Session(this, tx);
    this.#session = session;
    try {
      const result = work(session);
      session.run();
      return result;
    } finally {
      this.#session = undefined;
    }
  }

  /** The shard of an execution and of all that belongs to it. */
  shardOf(executionArn: string): number {
    return this.kernel.shards.of(machineArnOf(executionArn));
  }
}

/** Orders the tasks of an activity: grows with each that is offered on this node. */
class ActivitySequence {
  #last = 0;

  next(): number {
    this.#last += 1;
    return this.#last;
  }

  passed(sequence: number): void {
    this.#last = Math.max(this.#last, sequence);
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
    const shard = this.driver.shardOf(arn);
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
        callIntegration(this, working.execution, item.task);
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
      case "integration":
        return this.push({ kind: "call", executionArn: execution.arn, task });
      case "function":
        throw new Error(`task ${task.taskId} of ${execution.arn} names a function, which no definition here can`);
    }
  }

  #cancelTask(arn: string, taskId: string): void {
    const task = this.tx.get(tasksTable, arn, taskId);
    if (task === undefined) return;
    this.tx.delete(tasksTable, arn, taskId);
    const { activityArn, childArn, state } = task;
    if (state === "pending") this.#tell(arn, taskId, "WithdrawTask", { activityArn, executionArn: arn, taskId });
    if (childArn !== null) this.#tell(arn, taskId, "StopChild", { executionArn: childArn });
  }

  /** Whether a state of a running execution waits for a task. */
  isWanted(arn: string, taskId: string): boolean {
    const working = this.find(arn);
    return working !== undefined && frameOf(working.execution, taskId) !== undefined;
  }

  /** Tells the tasks that wait for this execution how it ended. */
  #finish(working: WorkingExecution): void {
    const { arn, status } = working.execution;
    if (status === "RUNNING") throw new Error(`execution ${arn} has finished but runs`);
    this.tx.afterCommit(() => (this.driver.ended[status] += 1));
    const waiting = [...this.tx.scan(waitingParentsTable, "by_child", [arn])];
    for (const { parentArn, taskId, pattern } of waiting) {
      const output = describeForParent(pattern, working.outcome(this.tx.now));
      const failure = { phase: "run", error: "States.TaskFailed", cause: JSON.stringify(output) } as const;
      const event: TaskEnd =
        status === "SUCCEEDED" ? { kind: "taskSucceeded", taskId, output } : { kind: "taskFailed", taskId, ...failure };
      this.tx.delete(waitingParentsTable, arn, parentArn, taskId);
      this.#tell(arn, taskId, "ChildEnded", { executionArn: parentArn, taskId, event });
    }
  }

  /** Tells another resource what it is to know; there is nothing to be said in reply. */
  #tell(executionArn: string, taskId: string, operation: string, input: object): void {
    const source = machineArnOf(executionArn);
    const identity = identityOf(executionArn, taskId);
    this.driver.hops.send(this.tx, { source, service: "states", operation, input, identity });
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
