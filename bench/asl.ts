/**
 * `npm run bench -- asl`: states a second of the language's interpreter, in memory, against the npm package
 * `aws-local-stepfunctions` in the same run. The two take turns; medians, and the median of the rounds' ratios, are what
 * counts. Both run on one thread and wait for nothing, so it is the processor's time that is measured: others on the
 * machine do not count. Ours writes the history of every execution as it goes; the package keeps none.
 */
import assert from "node:assert/strict";
import { advance, compileDefinition, newExecution } from "@tutti/asl";
import type { ExecutionEvent, InterpreterHost, Json, Machine } from "@tutti/asl";
import { StateMachine } from "aws-local-stepfunctions";
import type { StateMachineDefinition } from "aws-local-stepfunctions";
import { inTurns, median, print, ratio } from "./statistics.ts";

const rounds = 5;
const roundMs = 800;

interface Workload {
  readonly title: string;
  readonly definition: {
    readonly QueryLanguage?: string;
    readonly StartAt: string;
    readonly States: { readonly [name: string]: object };
  };
  readonly input: Json;
  /** What is counted: states that ran, or items. */
  readonly unit: "items" | "states";
  readonly count: number;
  /** The package does not know the query language. */
  readonly alone?: true;
}

const chainLength = 1000;

export async function measureLanguage(): Promise<void> {
  print(`${rounds} rounds of ${roundMs} ms of processor time each, medians`);
  for (const workload of [...chains(), ...larger()]) await compare(workload);
}

const small = { n: 7, order: { id: "o-1", lines: [1, 2, 3] } };

function chains(): Workload[] {
  return [
    {
      title: `Pass, ${chainLength} in a row`,
      definition: chain(chainLength, (next) => ({ Type: "Pass", Next: next })),
      input: small,
      unit: "states",
      count: chainLength,
    },
    {
      title: `Pass with Parameters and ResultPath, ${chainLength} in a row`,
      definition: chain(chainLength, (next) => ({
        Type: "Pass",
        Parameters: { "id.$": "$.order.id", kind: "x" },
        ResultPath: "$.copy",
        Next: next,
      })),
      input: small,
      unit: "states",
      count: chainLength,
    },
    {
      title: `Choice of three rules, ${chainLength} in a row`,
      definition: chain(chainLength, (next) => ({
        Type: "Choice",
        Choices: [
          { Variable: "$.n", NumericGreaterThan: 10, Next: "End" },
          { Variable: "$.order.id", StringEquals: "o-2", Next: "End" },
          {
            And: [
              { Variable: "$.n", IsPresent: true },
              { Variable: "$.n", NumericEquals: 7 },
            ],
            Next: next,
          },
        ],
        Default: "End",
      })),
      input: small,
      unit: "states",
      count: chainLength,
    },
    {
      title: `Pass with a JSONata Output, ${chainLength} in a row`,
      definition: {
        QueryLanguage: "JSONata",
        ...chain(chainLength, (next) => ({
          Type: "Pass",
          Output: { n: "{% $states.input.n + 1 %}", order: "{% $states.input.order %}" },
          Next: next,
        })),
      },
      input: small,
      unit: "states",
      count: chainLength,
      alone: true,
    },
  ];
}

function larger(): Workload[] {
  return [
    {
      title: "Map of 1,000 items, 40 at once, a Pass each",
      definition: {
        StartAt: "Each",
        States: {
          Each: {
            Type: "Map",
            MaxConcurrency: 40,
            ItemProcessor: {
              StartAt: "P",
              States: { P: { Type: "Pass", Parameters: { "id.$": "$.id" }, End: true } },
            },
            End: true,
          },
        },
      },
      input: Array.from({ length: 1000 }, (_item, id) => ({ id, name: `item ${id}` })),
      unit: "items",
      count: 1000,
    },
    {
      title: "Pass over a payload of 256 KiB, 100 in a row",
      definition: chain(100, (next) => ({ Type: "Pass", Next: next })),
      input: { rows: Array.from({ length: 2500 }, (_row, id) => ({ id, text: "x".repeat(80) })) },
      unit: "states",
      count: 100,
    },
  ];
}

/** `length` states, each leading to the next, and a last one called `End`. */
function chain(length: number, state: (next: string) => object): Workload["definition"] {
  const states: { [name: string]: object } = {};
  for (let index = 0; index < length; index += 1)
    states[`S${index}`] = state(index + 1 < length ? `S${index + 1}` : "End");
  return { StartAt: "S0", States: { ...states, End: { Type: "Succeed" } } };
}

async function compare({ title, definition, input, unit, count, alone }: Workload): Promise<void> {
  const compiled = compileDefinition(JSON.stringify(definition));
  if (!compiled.ok) throw new Error(`${title}: ${JSON.stringify(compiled.diagnostics[0])}`);
  const { machine } = compiled;
  const ours = (): Promise<number> => rate(count, async () => void runHere(machine, input));
  if (alone) return report(title, unit, (await inTurns(rounds, { ours })).ours);
  const other = new StateMachine(definition as StateMachineDefinition, { validationOptions: { checkArn: false } });
  const runThere = (): Promise<unknown> => other.run(input as Parameters<StateMachine["run"]>[0]).result;
  assert.deepEqual(runHere(machine, input), await runThere(), title);
  const results = await inTurns(rounds, { theirs: () => rate(count, runThere), ours });
  report(title, unit, results.ours, results.theirs);
}

function report(title: string, unit: string, ours: readonly number[], theirs?: readonly number[]): void {
  print(title);
  if (theirs) print(`  aws-local-stepfunctions  ${median(theirs).toFixed(0)} ${unit}/s`);
  print(`  tutti                    ${median(ours).toFixed(0)} ${unit}/s`);
  if (theirs) print(`  ratio                    ${ratio(ours, theirs).toFixed(1)}`);
}

/** How many of `count` in a second of the processor's time, over as many runs as a round has time for. */
async function rate(count: number, run: () => Promise<unknown>): Promise<number> {
  await run();
  const start = process.cpuUsage();
  let runs = 0;
  let elapsedMs = 0;
  while (elapsedMs < roundMs) {
    await run();
    runs += 1;
    const { user, system } = process.cpuUsage(start);
    elapsedMs = (user + system) / 1000;
  }
  return (runs * count * 1000) / elapsedMs;
}

/** Runs an execution whose states need nothing from outside; gives its output. */
function runHere(machine: Machine, input: Json): Json | undefined {
  const host: InterpreterHost = {
    now: 1_767_225_600_000,
    random: () => 0.5,
    uuid: () => "00000000-0000-4000-8000-000000000000",
    taskToken: (taskId) => taskId,
  };
  let execution = newExecution({
    arn: "arn:aws:states:us-east-1:000000000000:execution:bench:run",
    name: "run",
    roleArn: "arn:aws:iam::000000000000:role/bench",
    machineArn: "arn:aws:states:us-east-1:000000000000:stateMachine:bench",
    machineName: "bench",
    input,
    startedAt: host.now,
  });
  let event: ExecutionEvent = { kind: "start" };
  for (;;) {
    const step = advance(machine, execution, event, host);
    ({ execution } = step);
    if (execution.status === "SUCCEEDED") return execution.output;
    if (!step.commands.some(({ kind }) => kind === "continue")) throw new Error(`The execution is ${execution.status}`);
    event = { kind: "continue" };
  }
}
