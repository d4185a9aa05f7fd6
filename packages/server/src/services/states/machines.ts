/**
 * State machines: finding them, compiling their definitions, and keeping a definition resident for as long as someone
 * runs by it. A revision is a definition with a role; it never changes, so its compiled machine can be kept.
 */
import { compileDefinition, formatInvalidDefinition, unrecognizedResource } from "@tutti/asl";
import type { CompiledDefinition, Machine, TaskResource } from "@tutti/asl";
import type { Kernel } from "../../kernel/kernel.ts";
import { isOfPartition } from "../../kernel/partitions.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { parseArn } from "./arns.ts";
import { errors } from "./errors.ts";
import { findIntegration } from "./integrations/catalogue.ts";
import { limits } from "./limits.ts";
import { definitionsTable, machinesTable, revisionsTable, runningTable } from "./tables.ts";
import type { MachineRow, RevisionRow } from "./tables.ts";

/** Why a Task's resource cannot be run here; undefined when it can. @param partitions those an integration may be of */
function refuseResource(resource: TaskResource, partitions: readonly string[]): string | undefined {
  switch (resource.kind) {
    case "activity":
      return undefined;
    case "function":
      return `The resource provided ${resource.arn} is a function. Functions are not supported by this version of Tutti.`;
    case "integration":
      return findIntegration(resource) !== undefined && isOfPartition(resource.arn, partitions)
        ? undefined
        : unrecognizedResource(resource.arn);
  }
}

const distributedMapRefusal = "Mode 'DISTRIBUTED' is not supported by this version of Tutti.";

/** Diagnoses and compiles a definition for what this server can run. @param partitions those its integrations may be of */
export function compileForHere(
  definition: string,
  partitions: readonly string[],
  type: "STANDARD" | "EXPRESS" = "STANDARD",
): CompiledDefinition {
  const resources = (resource: TaskResource): string | undefined => refuseResource(resource, partitions);
  return compileDefinition(definition, { resources, type, distributedMapRefusal });
}

/** The variables each state reads, as Describe shows them; nothing when there are none. */
export function shownReferences(machine: Machine): { variableReferences?: Record<string, string[]> } {
  if (machine.variableReferences.size === 0) return {};
  const entries: [string, string[]][] = [...machine.variableReferences].map(([state, names]) => [state, [...names]]);
  return { variableReferences: Object.fromEntries(entries) };
}

export class Machines {
  readonly kernel: Kernel;
  /** By revision, the least recently used first. */
  readonly #compiled = new Map<string, Machine>();

  constructor(kernel: Kernel) {
    this.kernel = kernel;
  }

  /** @throws InvalidArn, StateMachineDoesNotExist */
  byArn(tx: Transaction, arn: string): MachineRow {
    parseArn(arn, "stateMachine");
    const machine = tx.get(machinesTable, arn);
    if (machine === undefined) throw errors.stateMachineDoesNotExist(arn);
    return machine;
  }

  /** The revision new executions of a machine run by. */
  currentRevision(tx: Transaction, machine: MachineRow): RevisionRow {
    return this.revision(tx, machine.revision);
  }

  revision(tx: Transaction, revision: string): RevisionRow {
    const row = tx.get(definitionsTable, revision);
    if (row === undefined) throw new Error(`state machine revision ${revision} is not resident`);
    return row;
  }

  /** @throws InvalidDefinition */
  check(definition: string, partitions: readonly string[]): void {
    const compiled = compileForHere(definition, partitions);
    if (!compiled.ok) throw errors.invalidDefinition(formatInvalidDefinition(compiled.diagnostics));
  }

  /** The compiled machine of a resident revision. */
  compiled(tx: Transaction, revision: string): Machine {
    const known = this.#compiled.get(revision);
    if (known !== undefined) {
      this.#compiled.delete(revision);
      this.#compiled.set(revision, known);
      return known;
    }
    // The definition was accepted once; a later version that supports less must still finish what it has begun.
    const compiled = compileDefinition(this.revision(tx, revision).definition);
    if (!compiled.ok)
      throw new Error(`state machine revision ${revision}: ${formatInvalidDefinition(compiled.diagnostics)}`);
    this.#compiled.set(revision, compiled.machine);
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= limits.compiledMachinesMax) break;
      this.#compiled.delete(oldest);
    }
    return compiled.machine;
  }

  addRevision(tx: Transaction, row: RevisionRow): void {
    tx.insert(revisionsTable, row);
    tx.insert(definitionsTable, row);
  }

  /** Lets a definition go that is no machine's current one and that no running execution uses. */
  releaseRevision(tx: Transaction, machineArn: string, revision: string): void {
    if (
      tx.get(machinesTable, machineArn)?.revision === revision ||
      hasAny(tx.scan(runningTable, "by_revision", [revision]))
    ) {
      return;
    }
    if (tx.get(definitionsTable, revision) !== undefined) tx.delete(definitionsTable, revision);
  }

  /** An execution has ended: takes away a machine that was only waiting for this, and the definition if it was the last. */
  executionEnded(tx: Transaction, machineArn: string, revision: string): void {
    this.removeIfDone(tx, machineArn);
    this.releaseRevision(tx, machineArn, revision);
  }

  /** Removes a machine that is being deleted once no execution of it runs. */
  removeIfDone(tx: Transaction, machineArn: string): void {
    const machine = tx.get(machinesTable, machineArn);
    if (machine?.status !== "DELETING" || hasAny(tx.scan(runningTable, "by_machine", [machineArn]))) return;
    tx.delete(machinesTable, machineArn);
    this.releaseRevision(tx, machineArn, machine.revision);
  }
}

function hasAny(rows: Iterable<unknown>): boolean {
  for (const _ of rows) return true;
  return false;
}
