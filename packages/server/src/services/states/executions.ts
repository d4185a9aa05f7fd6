/** The executions of this process: which run, and whether a new one may start. */
import type { Execution, ExecutionScope, Json } from "@tutti/asl";
import type { Kernel, StoreReader } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { executionArn } from "./arns.ts";
import { errors } from "./errors.ts";
import type { ExecutionStart, StartRequest } from "./execution-start.ts";
import { limits } from "./limits.ts";
import type { Machines } from "./machines.ts";
import { NameReservations } from "./name-reservations.ts";
import { checkName } from "./names.ts";
import { parsePayload } from "./payload.ts";
import { executionsTable, runningTable, scopesTable, variablesTable } from "./tables.ts";
import type { ExecutionRow, RunningRow } from "./tables.ts";

/** What the store said of a name. Names taken since are known to `NameReservations` until it is disposed of. */
export interface NameLookup extends Disposable {
  readonly isStored: boolean;
}

export class Executions {
  readonly #kernel: Kernel;
  readonly #machines: Machines;
  readonly names = new NameReservations();
  readonly #live = new Map<string, Execution>();

  constructor(kernel: Kernel, machines: Machines) {
    this.#kernel = kernel;
    this.#machines = machines;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return this.#kernel.clock.now();
  }

  get runningCount(): number {
    return this.#live.size;
  }

  /** The running execution; undefined when there is none or it has ended. */
  running(arn: string): Execution | undefined {
    return this.#live.get(arn);
  }

  /** Puts what an execution has become in the place of what it was; undone with the decision. */
  replace(tx: Transaction, arn: string, execution: Execution | undefined): void {
    const before = this.#live.get(arn);
    this.#set(arn, execution);
    tx.onUndo(() => this.#set(arn, before));
  }

  /** Rebuilds the running executions of some shards from their rows. */
  restore(shards: ReadonlySet<number>): void {
    const variables = this.#storedVariables(shards);
    const scopes = new Map<string, Record<number, ExecutionScope>>();
    for (const { shard, executionArn: arn, scopeId, scope } of this.#kernel.resident(scopesTable).values()) {
      if (!shards.has(shard)) continue;
      const ofExecution = scopes.get(arn) ?? {};
      const own = variables.get(`${arn} ${scopeId}`);
      ofExecution[scopeId] = own === undefined ? scope : { ...scope, variables: Object.fromEntries(own) };
      scopes.set(arn, ofExecution);
    }
    for (const row of this.#kernel.resident(runningTable).values()) {
      if (!shards.has(row.shard)) continue;
      this.#live.set(row.arn, { ...fromRow(row), scopes: scopes.get(row.arn) ?? {} });
    }
  }

  /** The variables of live scopes, by execution and scope. */
  #storedVariables(shards: ReadonlySet<number>): ReadonlyMap<string, readonly (readonly [string, Json])[]> {
    const found = new Map<string, (readonly [string, Json])[]>();
    for (const { shard, executionArn: arn, scopeId, name, value } of this.#kernel.resident(variablesTable).values()) {
      if (!shards.has(shard)) continue;
      const ofScope = found.get(`${arn} ${scopeId}`);
      if (ofScope === undefined) found.set(`${arn} ${scopeId}`, [[name, value]]);
      else ofScope.push([name, value]);
    }
    return found;
  }

  /** Forgets the running executions of some shards, which are another node's from now on. */
  drop(shards: ReadonlySet<number>): void {
    for (const { arn, shard } of this.#kernel.resident(runningTable).values())
      if (shards.has(shard)) this.#live.delete(arn);
  }

  /** An execution's row, running or ended, as of now. */
  async find(reader: StoreReader, arn: string): Promise<ExecutionRow | undefined> {
    const [row] = await reader.range({ table: executionsTable, equals: [arn], limit: 1 });
    return row;
  }

  /** Asks the store whether an execution has this ARN; the answer holds until it is disposed of. */
  async lookUpName(reader: StoreReader, arn: string): Promise<NameLookup> {
    const release = this.names.beginLookup();
    try {
      return { isStored: (await this.find(reader, arn)) !== undefined, [Symbol.dispose]: release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /**
   * Checks a start against everything AWS checks; nothing is changed.
   * @param isNameStored whether the store knew the name when the request looked
   * @throws InvalidArn, StateMachineDoesNotExist, StateMachineDeleting, InvalidName, InvalidExecutionInput,
   *   ExecutionAlreadyExists
   */
  prepareStart(tx: Transaction, request: StartRequest, isNameStored: boolean): ExecutionStart {
    const machine = this.#machines.byArn(tx, request.machineArn);
    if (machine.status === "DELETING") throw errors.stateMachineDeleting(machine.arn);
    if (this.runningCount >= limits.openExecutionsMax) throw errors.executionLimitExceeded();
    const name = request.name ?? this.#kernel.random.uuid();
    checkName(name);
    const input = parsePayload(request.input, errors.invalidExecutionInput);
    const arn = executionArn(machine.arn, name);
    const running = tx.get(runningTable, arn);
    const isRepeated = running !== undefined && JSON.stringify(running.input) === JSON.stringify(input);
    if (!isRepeated && (running !== undefined || isNameStored || this.names.has(arn))) {
      throw errors.executionAlreadyExists(arn);
    }
    const { revision, roleArn } = this.#machines.currentRevision(tx, machine);
    return {
      arn,
      name,
      machineArn: machine.arn,
      machineName: machine.name,
      revision,
      roleArn,
      startedAt: running?.startedAt ?? tx.now,
      inputText: request.input,
      input,
      traceHeader: request.traceHeader ?? null,
      isRepeated,
    };
  }

  #set(arn: string, execution: Execution | undefined): void {
    if (execution === undefined) this.#live.delete(arn);
    else this.#live.set(arn, execution);
  }
}

function fromRow(row: RunningRow): Omit<Execution, "scopes"> {
  const { arn, name, roleArn, machineArn, machineName, startedAt, input, nextEventId, nextScopeId } = row;
  return {
    arn,
    name,
    roleArn,
    machineArn,
    machineName,
    startedAt,
    input,
    nextEventId,
    nextScopeId,
    redriveCount: 0,
    status: "RUNNING",
  };
}
