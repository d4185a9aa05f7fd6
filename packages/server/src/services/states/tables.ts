/**
 * The tables of Step Functions.
 *
 * An execution is a row in `states_executions` from its start on, and its history is blocks of events in
 * `states_history`; both are paged. While it runs it also has a row in `states_running`, one row per live scope and one
 * per task handed out, all resident; they go when it ends. Its input is written once: a step updates two numbers of the
 * running row, the scopes that moved, and the variables that were assigned. All of it is in the shard of its state machine.
 *
 * A definition stands in `states_revisions` for good, and in `states_definitions`, which is resident, as long as it is
 * the machine's current one or a running execution was started with it.
 */
import type { ExecutionScope, ExecutionStatus, HistoryEvent, Json } from "@tutti/asl";
import type { Migration } from "../../kernel/store/migration.ts";
import { defineTable } from "../../kernel/table.ts";
import type { TaskEnd } from "./task-ends.ts";

export interface MachineRow {
  readonly shard: number;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly status: "ACTIVE" | "DELETING";
  /** The current revision. */
  readonly revision: string;
  readonly includeExecutionData: boolean;
  readonly tags: Tags;
  /** Milliseconds since the epoch, as all times here. */
  readonly createdAt: number;
}

export type Tags = Readonly<Record<string, string>>;

export const machinesTable = defineTable<MachineRow>({
  name: "states_machines",
  residency: "resident",
  columns: {
    shard: "integer",
    arn: "text",
    account: "text",
    region: "text",
    name: "text",
    status: "text",
    revision: "text",
    includeExecutionData: "boolean",
    tags: "json",
    createdAt: "integer",
  },
  key: ["arn"],
  indexes: { by_name: ["account", "region", "name"] },
});

/** One state of a machine's definition and role: what an execution started then runs by. */
export interface RevisionRow {
  readonly shard: number;
  readonly machineArn: string;
  readonly revision: string;
  readonly machineName: string;
  /** False for the first revision, whose id AWS does not show. */
  readonly isUpdate: boolean;
  readonly definition: string;
  readonly roleArn: string;
  readonly createdAt: number;
}

const revisionColumns = {
  shard: "integer",
  machineArn: "text",
  revision: "text",
  machineName: "text",
  isUpdate: "boolean",
  definition: "text",
  roleArn: "text",
  createdAt: "integer",
} as const;

export const revisionsTable = defineTable<RevisionRow>({
  name: "states_revisions",
  residency: "paged",
  columns: revisionColumns,
  key: ["machineArn", "revision"],
});

export const definitionsTable = defineTable<RevisionRow>({
  name: "states_definitions",
  residency: "resident",
  columns: revisionColumns,
  key: ["revision"],
});

export interface ExecutionRow {
  readonly shard: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly revision: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly stoppedAt: number | null;
  /** JSON texts: the input as it was given. */
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
  readonly traceHeader: string | null;
}

export const executionsTable = defineTable<ExecutionRow>({
  name: "states_executions",
  residency: "paged",
  columns: {
    shard: "integer",
    arn: "text",
    name: "text",
    machineArn: "text",
    revision: "text",
    status: "text",
    startedAt: "integer",
    stoppedAt: "integer",
    input: "text",
    output: "text",
    error: "text",
    cause: "text",
    traceHeader: "text",
  },
  key: ["arn"],
  indexes: { by_machine: ["machineArn", "startedAt"], by_status: ["machineArn", "status", "startedAt"] },
});

export interface RunningRow {
  readonly shard: number;
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly revision: string;
  readonly roleArn: string;
  readonly startedAt: number;
  readonly input: Json;
  readonly nextEventId: number;
  readonly nextScopeId: number;
}

export const runningTable = defineTable<RunningRow>({
  name: "states_running",
  residency: "resident",
  columns: {
    shard: "integer",
    arn: "text",
    name: "text",
    machineArn: "text",
    machineName: "text",
    revision: "text",
    roleArn: "text",
    startedAt: "integer",
    input: "json",
    nextEventId: "integer",
    nextScopeId: "integer",
  },
  key: ["arn"],
  indexes: { by_machine: ["machineArn"], by_revision: ["revision"] },
});

/** A live scope, without its variables. */
export interface ScopeRow {
  readonly shard: number;
  readonly executionArn: string;
  readonly scopeId: number;
  readonly scope: StoredScope;
}

export type StoredScope = Omit<ExecutionScope, "variables">;

export const scopesTable = defineTable<ScopeRow>({
  name: "states_scopes",
  residency: "resident",
  columns: { shard: "integer", executionArn: "text", scopeId: "integer", scope: "json" },
  key: ["executionArn", "scopeId"],
});

/** A variable of a live scope: written when it is assigned, not with every step of its scope. */
export interface VariableRow {
  readonly shard: number;
  readonly executionArn: string;
  readonly scopeId: number;
  readonly name: string;
  readonly value: Json;
}

export const variablesTable = defineTable<VariableRow>({
  name: "states_variables",
  residency: "resident",
  columns: { shard: "integer", executionArn: "text", scopeId: "integer", name: "text", value: "json" },
  key: ["executionArn", "scopeId", "name"],
  indexes: { by_scope: ["executionArn", "scopeId"] },
});

export interface HistoryRow {
  readonly shard: number;
  readonly executionArn: string;
  readonly firstEventId: number;
  readonly events: readonly HistoryEvent[];
}

export const historyTable = defineTable<HistoryRow>({
  name: "states_history",
  residency: "paged",
  columns: { shard: "integer", executionArn: "text", firstEventId: "integer", events: "json" },
  key: ["executionArn", "firstEventId"],
});

export interface ActivityRow {
  readonly shard: number;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly name: string;
  readonly tags: Tags;
  readonly createdAt: number;
}

export const activitiesTable = defineTable<ActivityRow>({
  name: "states_activities",
  residency: "resident",
  columns: {
    shard: "integer",
    arn: "text",
    account: "text",
    region: "text",
    name: "text",
    tags: "json",
    createdAt: "integer",
  },
  key: ["arn"],
  indexes: { by_name: ["account", "region", "name"] },
});

/**
 * A task that is out. `pending`: an activity's, until a worker takes it. `submitting`: the call it begins with is not
 * answered yet, and an end that came before is `held`. `token`: whoever has the token ends it, an activity's worker or
 * the receiver of a message. `child`: the execution `childArn` ends it, and `pattern` says how its payloads are shown:
 * `.sync` as texts, `.sync:2` as JSON.
 */
export interface TaskRow {
  readonly shard: number;
  readonly executionArn: string;
  readonly taskId: string;
  readonly state: "pending" | "submitting" | "token" | "child";
  /** Not used any more. */
  readonly sequence: number;
  readonly token: string | null;
  readonly activityArn: string | null;
  readonly childArn: string | null;
  readonly pattern: "sync" | "sync:2" | null;
  /** Not used any more. */
  readonly input: string | null;
  readonly held: TaskEnd | null;
}

export const tasksTable = defineTable<TaskRow>({
  name: "states_tasks",
  residency: "resident",
  columns: {
    shard: "integer",
    executionArn: "text",
    taskId: "text",
    state: "text",
    sequence: "integer",
    token: "text",
    activityArn: "text",
    childArn: "text",
    pattern: "text",
    input: "text",
    held: "json",
  },
  key: ["executionArn", "taskId"],
});

/** A task of an activity that no worker has taken yet; in the activity's shard. */
export interface ActivityTaskRow {
  readonly shard: number;
  readonly executionArn: string;
  readonly taskId: string;
  readonly activityArn: string;
  /** Grows from task to task: the oldest is handed out first. */
  readonly sequence: number;
  readonly token: string;
  /** JSON text for the worker. */
  readonly input: string;
}

export const activityTasksTable = defineTable<ActivityTaskRow>({
  name: "states_activity_tasks",
  residency: "resident",
  columns: {
    shard: "integer",
    executionArn: "text",
    taskId: "text",
    activityArn: "text",
    sequence: "integer",
    token: "text",
    input: "text",
  },
  key: ["executionArn", "taskId"],
  indexes: { by_activity: ["activityArn", "sequence"] },
});

/** A task that waits for the end of a child; in the child's shard. */
export interface WaitingParentRow {
  readonly shard: number;
  readonly childArn: string;
  readonly parentArn: string;
  readonly taskId: string;
  readonly pattern: "sync" | "sync:2";
}

export const waitingParentsTable = defineTable<WaitingParentRow>({
  name: "states_waiting_parents",
  residency: "resident",
  columns: { shard: "integer", childArn: "text", parentArn: "text", taskId: "text", pattern: "text" },
  key: ["childArn", "parentArn", "taskId"],
  indexes: { by_child: ["childArn", "parentArn", "taskId"] },
});

const revisionSql = `shard integer NOT NULL, machineArn text NOT NULL, revision text NOT NULL, machineName text NOT NULL,
        isUpdate integer NOT NULL, definition text NOT NULL, roleArn text NOT NULL, createdAt bigint NOT NULL`;

export const statesMigrations: readonly Migration[] = [
  {
    module: "states",
    number: 1,
    statements: [
      `CREATE TABLE states_machines (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY, account text NOT NULL, region text NOT NULL,
        name text NOT NULL, status text NOT NULL, revision text NOT NULL, includeExecutionData integer NOT NULL, tags text NOT NULL, createdAt bigint NOT NULL)`,
      `CREATE TABLE states_revisions (${revisionSql}, PRIMARY KEY (machineArn, revision))`,
      `CREATE TABLE states_definitions (${revisionSql}, PRIMARY KEY (revision))`,
      `CREATE TABLE states_executions (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY, name text NOT NULL, machineArn text NOT NULL,
        revision text NOT NULL, status text NOT NULL, startedAt bigint NOT NULL, stoppedAt bigint, input text NOT NULL, output text,
        error text, cause text, traceHeader text)`,
      "CREATE INDEX states_executions_by_machine ON states_executions (machineArn, startedAt, arn)",
      "CREATE INDEX states_executions_by_status ON states_executions (machineArn, status, startedAt, arn)",
      `CREATE TABLE states_running (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY, name text NOT NULL, machineArn text NOT NULL,
        machineName text NOT NULL, revision text NOT NULL, roleArn text NOT NULL, startedAt bigint NOT NULL, input text,
        nextEventId bigint NOT NULL, nextScopeId bigint NOT NULL)`,
      `CREATE TABLE states_scopes (shard integer NOT NULL, executionArn text NOT NULL, scopeId bigint NOT NULL, scope text NOT NULL,
        PRIMARY KEY (executionArn, scopeId))`,
      `CREATE TABLE states_history (shard integer NOT NULL, executionArn text NOT NULL, firstEventId bigint NOT NULL, events text NOT NULL,
        PRIMARY KEY (executionArn, firstEventId))`,
      `CREATE TABLE states_activities (shard integer NOT NULL, arn text NOT NULL PRIMARY KEY, account text NOT NULL, region text NOT NULL,
        name text NOT NULL, tags text NOT NULL, createdAt bigint NOT NULL)`,
      `CREATE TABLE states_tasks (shard integer NOT NULL, executionArn text NOT NULL, taskId text NOT NULL, state text NOT NULL,
        sequence bigint NOT NULL, token text, activityArn text, childArn text, pattern text, input text, PRIMARY KEY (executionArn, taskId))`,
    ],
  },
  {
    module: "states",
    number: 2,
    statements: [
      "CREATE INDEX states_machines_by_name ON states_machines (account, region, name, arn)",
      "CREATE INDEX states_activities_by_name ON states_activities (account, region, name, arn)",
      "ALTER TABLE states_tasks ADD COLUMN held text",
      `CREATE TABLE states_activity_tasks (shard integer NOT NULL, executionArn text NOT NULL, taskId text NOT NULL, activityArn text NOT NULL,
        sequence bigint NOT NULL, token text NOT NULL, input text NOT NULL, PRIMARY KEY (executionArn, taskId))`,
      `INSERT INTO states_activity_tasks (shard, executionArn, taskId, activityArn, sequence, token, input)
        SELECT shard, executionArn, taskId, activityArn, sequence, token, input FROM states_tasks WHERE state = 'pending'`,
      `CREATE TABLE states_waiting_parents (shard integer NOT NULL, childArn text NOT NULL, parentArn text NOT NULL, taskId text NOT NULL,
        pattern text NOT NULL, PRIMARY KEY (childArn, parentArn, taskId))`,
      `INSERT INTO states_waiting_parents (shard, childArn, parentArn, taskId, pattern)
        SELECT shard, childArn, executionArn, taskId, pattern FROM states_tasks WHERE state = 'child'`,
    ],
  },
  {
    module: "states",
    number: 3,
    statements: [
      `CREATE TABLE states_variables (shard integer NOT NULL, executionArn text NOT NULL, scopeId bigint NOT NULL, name text NOT NULL,
        value text, PRIMARY KEY (executionArn, scopeId, name))`,
    ],
  },
];
