/** AWS Step Functions: standard workflows. The operations stand one per file in `operations/`. */
import type { Hops } from "../../delivery/hops.ts";
import type { Metric, Service } from "../../delivery/service.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import { ExecutionDriver } from "./execution-driver.ts";
import { Executions } from "./executions.ts";
import { internalOperations } from "./internal-operations.ts";
import { Machines } from "./machines.ts";
import { createActivity } from "./operations/create-activity.ts";
import { createStateMachine } from "./operations/create-state-machine.ts";
import { deleteActivity } from "./operations/delete-activity.ts";
import { deleteStateMachine } from "./operations/delete-state-machine.ts";
import { describeActivity } from "./operations/describe-activity.ts";
import { describeExecution } from "./operations/describe-execution.ts";
import { describeStateMachineForExecution } from "./operations/describe-state-machine-for-execution.ts";
import { describeStateMachine } from "./operations/describe-state-machine.ts";
import { getActivityTask } from "./operations/get-activity-task.ts";
import { getExecutionHistory } from "./operations/get-execution-history.ts";
import { listActivities } from "./operations/list-activities.ts";
import { listExecutions } from "./operations/list-executions.ts";
import { listStateMachines } from "./operations/list-state-machines.ts";
import { listTagsForResource } from "./operations/list-tags-for-resource.ts";
import { sendTaskFailure } from "./operations/send-task-failure.ts";
import { sendTaskHeartbeat } from "./operations/send-task-heartbeat.ts";
import { sendTaskSuccess } from "./operations/send-task-success.ts";
import { startExecution } from "./operations/start-execution.ts";
import { stopExecution } from "./operations/stop-execution.ts";
import { tagResource } from "./operations/tag-resource.ts";
import { testState } from "./operations/test-state.ts";
import { untagResource } from "./operations/untag-resource.ts";
import { updateStateMachine } from "./operations/update-state-machine.ts";
import { validateStateMachineDefinition } from "./operations/validate-state-machine-definition.ts";
import { ownerOf } from "./owners.ts";
import {
  activitiesTable,
  activityTasksTable,
  definitionsTable,
  executionsTable,
  historyTable,
  machinesTable,
  revisionsTable,
  runningTable,
  scopesTable,
  statesMigrations,
  tasksTable,
  variablesTable,
  waitingParentsTable,
} from "./tables.ts";

const tables = [
  activitiesTable,
  activityTasksTable,
  definitionsTable,
  executionsTable,
  historyTable,
  machinesTable,
  revisionsTable,
  runningTable,
  scopesTable,
  tasksTable,
  variablesTable,
  waitingParentsTable,
];

/** @param hops how executions reach each other, activities, and the services their tasks call */
export function createStatesService(kernel: Kernel, hops: Hops): Service {
  const machines = new Machines(kernel);
  const executions = new Executions(kernel, machines);
  const driver = new ExecutionDriver(kernel, hops, machines, executions);
  return {
    name: "states",
    tables: tables as unknown as readonly TableDefinition<never>[],
    migrations: statesMigrations,
    ownerOf,
    start: (shards) => driver.restore(shards),
    drop: (shards) => executions.drop(shards),
    internalOperations: internalOperations(driver),
    operations: {
      CreateActivity: createActivity(kernel),
      CreateStateMachine: createStateMachine(machines),
      DeleteActivity: deleteActivity(),
      DeleteStateMachine: deleteStateMachine(machines),
      DescribeActivity: describeActivity(),
      DescribeExecution: describeExecution(executions),
      DescribeStateMachine: describeStateMachine(machines),
      DescribeStateMachineForExecution: describeStateMachineForExecution(executions),
      GetActivityTask: getActivityTask(driver),
      GetExecutionHistory: getExecutionHistory(executions),
      ListActivities: listActivities(kernel),
      ListExecutions: listExecutions(machines),
      ListStateMachines: listStateMachines(kernel),
      ListTagsForResource: listTagsForResource(),
      SendTaskFailure: sendTaskFailure(driver),
      SendTaskHeartbeat: sendTaskHeartbeat(driver),
      SendTaskSuccess: sendTaskSuccess(driver),
      StartExecution: startExecution(driver),
      StopExecution: stopExecution(driver),
      TagResource: tagResource(),
      TestState: testState(kernel),
      UntagResource: untagResource(),
      UpdateStateMachine: updateStateMachine(machines),
      ValidateStateMachineDefinition: validateStateMachineDefinition(),
    },
    metrics: () => metrics(driver),
  };
}

function metrics(driver: ExecutionDriver): Metric[] {
  return [
    {
      name: "tutti_states_executions_running",
      help: "Executions that have not ended.",
      type: "gauge",
      samples: [{ labels: {}, value: driver.executions.runningCount }],
    },
    {
      name: "tutti_states_executions_started_total",
      help: "Executions started since the server started.",
      type: "counter",
      samples: [{ labels: {}, value: driver.started.count }],
    },
    {
      name: "tutti_states_executions_ended_total",
      help: "Executions ended since the server started, by status.",
      type: "counter",
      samples: Object.entries(driver.ended).map(([status, value]) => ({ labels: { status }, value })),
    },
  ];
}
