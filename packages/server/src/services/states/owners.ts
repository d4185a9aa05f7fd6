/**
 * Whose shard a row of Step Functions belongs to. What is of an execution is with its state machine; before that was so, it was in the shard
 * of the execution's own ARN, and such rows are still there in installations that one server has always had for itself.
 */
import { outboxTable } from "../../kernel/outbox.ts";
import type { OutboxRow } from "../../kernel/outbox.ts";
import { timersTable } from "../../kernel/timers.ts";
import type { TimerRow } from "../../kernel/timers.ts";
import { machineArnOf } from "./arns.ts";
import { outboxKind } from "./execution-driver.ts";
import { activitiesTable, activityTasksTable, definitionsTable, executionsTable, historyTable } from "./tables.ts";
import { machinesTable, revisionsTable, runningTable, scopesTable, tasksTable } from "./tables.ts";
import { variablesTable, waitingParentsTable } from "./tables.ts";
import { timerKind } from "./working-execution.ts";

interface Names {
  readonly arn: string;
  readonly machineArn: string;
  readonly executionArn: string;
  readonly activityArn: string;
  readonly childArn: string;
}

const ofExecution = ({ executionArn }: Names): string => machineArnOf(executionArn);
const itself = ({ arn }: Names): string => arn;
const ofMachine = ({ machineArn }: Names): string => machineArn;

const owners: ReadonlyMap<string, (row: Names) => string> = new Map([
  [activitiesTable.name, itself],
  [activityTasksTable.name, ({ activityArn }) => activityArn],
  [definitionsTable.name, ofMachine],
  [executionsTable.name, ofMachine],
  [historyTable.name, ofExecution],
  [machinesTable.name, itself],
  [revisionsTable.name, ofMachine],
  [runningTable.name, ofMachine],
  [scopesTable.name, ofExecution],
  [tasksTable.name, ofExecution],
  [variablesTable.name, ofExecution],
  [waitingParentsTable.name, ({ childArn }) => machineArnOf(childArn)],
]);

/** The ARN of the resource; undefined for a row that is not Step Functions'. */
export function ownerOf(table: string, row: object): string | undefined {
  if (table === timersTable.name) {
    const { kind, id } = row as TimerRow;
    return kind === timerKind ? machineArnOf(id.split(" ")[0] ?? "") : undefined;
  }
  if (table === outboxTable.name) {
    const { kind, payload } = row as OutboxRow;
    return kind === outboxKind ? machineArnOf((payload as Names).executionArn) : undefined;
  }
  return owners.get(table)?.(row as Names);
}
