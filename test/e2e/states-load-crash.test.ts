/** `kill -9` at random moments under a load of executions: each that was acknowledged ends once, with a whole history. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DescribeExecutionCommand, ListExecutionsCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import type { SFNClient } from "@aws-sdk/client-sfn";
import { startServerProcess, temporaryFolder } from "../support/server-process.ts";
import { assertWhole, createMachine, eventually, historyOf, sfnClient } from "../support/sfn.ts";

const rounds = 3;
const starters = 4;
const startsPerRound = 40;

const pass = { Type: "Pass", End: true };
const definition = {
  StartAt: "First",
  States: {
    First: { Type: "Pass", Parameters: { "number.$": "$.number", items: [1, 2, 3] }, Next: "Both" },
    Both: {
      Type: "Parallel",
      ResultPath: null,
      Branches: [
        { StartAt: "A", States: { A: { Type: "Wait", Seconds: 1, End: true } } },
        { StartAt: "B", States: { B: { Type: "Pass", Next: "C" }, C: pass } },
      ],
      Next: "Each",
    },
    Each: {
      Type: "Map",
      ItemsPath: "$.items",
      MaxConcurrency: 2,
      ResultPath: "$.items",
      ItemProcessor: { StartAt: "Nap", States: { Nap: { Type: "Wait", Seconds: 1, Next: "Done" }, Done: pass } },
      End: true,
    },
  },
};

/** Starts one execution after the other until the server is gone. */
async function load(sfn: SFNClient, stateMachineArn: string, who: string, acknowledged: Set<string>): Promise<void> {
  for (let number = 0; ; number += 1) {
    const name = `${who}-${number}`;
    const input = JSON.stringify({ number });
    const { executionArn = "" } = await sfn.send(new StartExecutionCommand({ stateMachineArn, name, input }));
    acknowledged.add(executionArn);
  }
}

test("every acknowledged execution ends once after kills under load", { timeout: 240_000 }, async () => {
  await using folder = await temporaryFolder();
  const acknowledged = new Set<string>();
  let stateMachineArn = "";
  for (let round = 0; round < rounds; round += 1) {
    await using server = await startServerProcess(folder.path);
    const sfn = sfnClient(server.url);
    stateMachineArn = await createMachine(sfn, "busy", definition);
    const wanted = (round + 1) * startsPerRound;
    const loads = Array.from({ length: starters }, (_, starter) =>
      load(sfn, stateMachineArn, `${round}-${starter}`, acknowledged),
    );
    const killer = eventually(async () => (acknowledged.size >= wanted ? true : undefined), `${wanted} executions`);
    await Promise.allSettled([...loads, killer.then(() => server.kill())]);
    sfn.destroy();
  }
  await using server = await startServerProcess(folder.path);
  const sfn = sfnClient(server.url);
  await eventually(async () => {
    const { executions = [] } = await sfn.send(new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" }));
    return executions.length === 0 ? true : undefined;
  }, "the end of every execution");
  for (const executionArn of acknowledged) {
    const { status, output } = await sfn.send(new DescribeExecutionCommand({ executionArn }));
    assert.equal(status, "SUCCEEDED", executionArn);
    assert.deepEqual((JSON.parse(output ?? "{}") as { items: unknown }).items, [1, 2, 3]);
    assertWhole(await historyOf(sfn, executionArn));
  }
  sfn.destroy();
  assert.ok(acknowledged.size >= rounds * startsPerRound);
  assert.equal(await server.terminate(), 0);
});
