/**
 * `npm run bench -- states-pass5`: StartExecution of a machine with five Pass states. Its answer leaves when the
 * execution's whole first run is on disk: with Pass states, its end.
 */
import { jsonRequest, runClients } from "./clients.ts";
import { call } from "./servers.ts";
import type { Server } from "./servers.ts";
import { inTurns, median, print, ratio, roundsDefault as rounds } from "./statistics.ts";

const load = { connections: 64, seconds: 3, warmUpSeconds: 1 };
const machineArnStart = "arn:aws:states:us-east-1:000000000000:stateMachine:";
const stateMachineArn = `${machineArnStart}bench`;

export async function createPassMachine(server: Server, name = "bench"): Promise<void> {
  const names = ["One", "Two", "Three", "Four", "Five"];
  const states = Object.fromEntries(
    names.map((state, index) => {
      const next = names[index + 1];
      return [state, { Type: "Pass", ...(next === undefined ? { End: true } : { Next: next }) }];
    }),
  );
  const definition = JSON.stringify({ StartAt: "One", States: states });
  const roleArn = "arn:aws:iam::000000000000:role/bench";
  await call(server, "AWSStepFunctions.CreateStateMachine", { name, definition, roleArn });
}

export interface PassLoad {
  readonly port: number;
  readonly machine: string;
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** Called when the measurement begins and when it ends. */
  readonly observe?: () => void;
}

/** Executions in a second, each answered when its end is on disk. */
export async function executionRate({ machine, ...rest }: PassLoad): Promise<number> {
  const input = JSON.stringify({ stateMachineArn: `${machineArnStart}${machine}`, input: '{"order":17}' });
  const request = jsonRequest("AWSStepFunctions.StartExecution", input);
  const { rate } = await runClients({
    ...rest,
    async turn(conversation) {
      await conversation.send(request);
      return 1;
    },
  });
  return rate;
}

function passRate({ port }: Server): Promise<number> {
  return executionRate({ port, machine: "bench", ...load });
}

export async function measurePass5(tutti: Server, echo: Server): Promise<void> {
  await createPassMachine(tutti);
  const results = await inTurns(rounds, { echo: () => passRate(echo), tutti: () => passRate(tutti) });
  const running = { stateMachineArn, statusFilter: "RUNNING" };
  const { executions } = (await call(tutti, "AWSStepFunctions.ListExecutions", running)) as { executions: unknown[] };
  if (executions.length > 0) throw new Error(`${executions.length} executions were answered before their end`);
  print(
    `StartExecution to the durable end of five Pass states; ${load.connections} connections, ${rounds} rounds, medians`,
  );
  print(`  echo   ${median(results.echo).toFixed(0)} requests/s`);
  print(`  tutti  ${median(results.tutti).toFixed(0)} requests/s`);
  print(`  ratio  ${ratio(results.tutti, results.echo).toFixed(2)}`);
}
