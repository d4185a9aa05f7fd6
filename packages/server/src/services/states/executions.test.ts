import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { openSqliteStore } from "../../kernel/store/sqlite/sqlite-store.ts";
import { createMachine, links, outcome, owner, refusal, start, startMs, startStates } from "./testing/states-bench.ts";

const pass = { P: { Type: "Pass", End: true } };
const waits = { W: { Type: "Wait", Seconds: 60, End: true } };

describe("StartExecution", () => {
  test("a name is one execution, whoever asks first", async () => {
    const bench = await startStates();
    const quick = await createMachine(bench, "quick", pass);
    const slow = await createMachine(bench, "slow", waits);
    const both = await Promise.allSettled([start(bench, slow, { a: 1 }, "x"), start(bench, slow, { a: 1 }, "x")]);
    assert.deepEqual(both, [both[0], both[0]]);
    const taken = (arn: string): string => `ExecutionAlreadyExists: Execution Already Exists: '${arn}'`;
    assert.equal(await refusal(start(bench, slow, { a: 2 }, "x")), taken(`${owner}:execution:slow:x`));
    const raced = await Promise.allSettled([start(bench, quick, {}, "x"), start(bench, quick, {}, "x")]);
    assert.deepEqual(raced.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
    assert.equal(await refusal(start(bench, quick, {}, "x")), taken(`${owner}:execution:quick:x`));
    assert.deepEqual(bench.fatal, []);
  });

  test("refuses inputs in Jackson's words, and starts nothing", async () => {
    const bench = await startStates();
    const stateMachineArn = await createMachine(bench, "m", pass);
    const run = (input: string): Promise<string> => refusal(bench.run("StartExecution", { stateMachineArn, input }));
    assert.equal(
      await run("not"),
      "InvalidExecutionInput: Invalid State Machine Execution Input: 'Unrecognized token 'not': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')'",
    );
    assert.match(await run(""), /^InvalidExecutionInput/);
    assert.match(await run('{"a":1}}'), /^InvalidExecutionInput/);
    assert.match(await run("[".repeat(100_000)), /^InvalidExecutionInput/);
    assert.match(await run(`${"[".repeat(5000)}${"]".repeat(5000)}`), /^InvalidExecutionInput/);
    assert.match(await run(`"${"é".repeat(131_072)}"`), /^InvalidExecutionInput/);
    assert.deepEqual((await bench.run("ListExecutions", { stateMachineArn })).executions, []);
  });

  test("without an input runs with an empty object", async () => {
    const bench = await startStates();
    const stateMachineArn = await createMachine(bench, "m", pass);
    const { executionArn = "" } = await bench.run("StartExecution", { stateMachineArn });
    assert.equal((await outcome(bench, executionArn)).output, "{}");
  });
});

test("a long chain takes more than one step and ends with a whole history", async () => {
  const bench = await startStates();
  const count = 600;
  const states = Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const next = index + 1 < count ? { Next: `S${index + 1}` } : { End: true };
      return [`S${index}`, { Type: "Pass", ...next }];
    }),
  );
  const executionArn = await start(bench, await createMachine(bench, "long", states));
  await bench.kernel.settle();
  assert.equal((await outcome(bench, executionArn)).status, "SUCCEEDED");
  const forward: number[] = [];
  let nextToken: string | undefined;
  do {
    const page = await bench.run("GetExecutionHistory", { executionArn, maxResults: 97, nextToken });
    forward.push(...(page.events ?? []).map(({ id }) => id));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(
    forward,
    Array.from({ length: 2 * count + 2 }, (_, index) => index + 1),
  );
  const backward: number[] = [];
  do {
    const page = await bench.run("GetExecutionHistory", {
      executionArn,
      reverseOrder: true,
      maxResults: 97,
      nextToken,
    });
    backward.push(...(page.events ?? []).map(({ id }) => id));
    nextToken = page.nextToken;
  } while (nextToken !== undefined);
  assert.deepEqual(backward, forward.toReversed());
});

test("the history of a small machine, with and without data", async () => {
  const bench = await startStates();
  const executionArn = await start(bench, await createMachine(bench, "m", pass), { n: 1 });
  assert.deepEqual(await links(bench, executionArn), [
    "1<0 ExecutionStarted",
    "2<0 PassStateEntered",
    "3<2 PassStateExited",
    "4<3 ExecutionSucceeded",
  ]);
  const { events = [] } = await bench.run("GetExecutionHistory", { executionArn });
  assert.deepEqual(events[1]?.["stateEnteredEventDetails"], {
    name: "P",
    input: '{"n":1}',
    inputDetails: { truncated: false },
  });
  const without = await bench.run("GetExecutionHistory", { executionArn, includeExecutionData: false });
  assert.ok(!JSON.stringify(without).includes('\\"n\\"'));
  assert.equal(without.events?.length, 4);
});

test("StopExecution ends what runs and leaves what has ended", async () => {
  const bench = await startStates();
  const executionArn = await start(bench, await createMachine(bench, "m", waits));
  await bench.advance(10);
  await bench.run("StopExecution", { executionArn, error: "E", cause: "C" });
  const stopped = await bench.run("DescribeExecution", { executionArn });
  assert.deepEqual([stopped.status, stopped.error, stopped.cause], ["ABORTED", "E", "C"]);
  await bench.advance(100);
  const again = await bench.run("StopExecution", { executionArn });
  assert.equal(again.stopDate?.getTime(), startMs + 10_000);
  assert.deepEqual(await links(bench, executionArn), [
    "1<0 ExecutionStarted",
    "2<0 WaitStateEntered",
    "3<2 WaitStateAborted",
    "4<3 ExecutionAborted",
  ]);
  const none = `${owner}:execution:m:none`;
  assert.equal(
    await refusal(bench.run("StopExecution", { executionArn: none })),
    `ExecutionDoesNotExist: Execution Does Not Exist: '${none}'`,
  );
});

test("a page token that was made by somebody else is refused, wherever it would lead", async (context) => {
  const store = openSqliteStore(":memory:");
  context.after(() => store.close());
  const bench = await startStates(store);
  const stateMachineArn = await createMachine(bench, "m", waits);
  await createMachine(bench, "n", waits);
  const executionArn = await start(bench, stateMachineArn, {}, "one");
  await start(bench, stateMachineArn, {}, "two");
  const lists: [operation: string, input: object, position: string][] = [
    ["ListExecutions", { stateMachineArn, maxResults: 1 }, "number string"],
    ["GetExecutionHistory", { executionArn, maxResults: 1 }, "number number"],
    ["ListStateMachines", { maxResults: 1 }, "string"],
  ];
  for (const [operation, input, position] of lists) {
    const { nextToken: ours = "" } = await bench.run(operation, input);
    const [list, given, at] = JSON.parse(Buffer.from(ours, "base64url").toString()) as [unknown, unknown[], unknown];
    const kinds = (parts: readonly unknown[]): string => parts.map((part) => typeof part).join(" ");
    assert.equal(kinds(given), position);
    const forged = [[], [1], ["a"], ["a", 1], ["a", "b"], [1, "a", "b"], [1, 2], [1, "a"], [1, 2, 3], [true], [null]]
      .filter((parts) => kinds(parts) !== position)
      .map((parts) => JSON.stringify(parts));
    for (const parts of [...forged, "[1.5,2]", '[1.5,"a"]', "[1e999,2]", '[1e999,"a"]']) {
      const nextToken = Buffer.from(`[${JSON.stringify(list)},${parts},${String(at)}]`).toString("base64url");
      const answer = bench.run(operation, { ...input, nextToken });
      assert.equal(await refusal(answer), "InvalidToken: Invalid Token: 'Invalid token'", `${operation} ${parts}`);
    }
  }
});

test("ListExecutions filters by status and pages from the latest", async () => {
  const bench = await startStates();
  const stateMachineArn = await createMachine(bench, "m", waits);
  for (const name of ["one", "two", "three"]) {
    await start(bench, stateMachineArn, {}, name);
    await bench.advance(30);
  }
  const list = async (input: object): Promise<string[]> => {
    const { executions = [] } = await bench.run("ListExecutions", { stateMachineArn, ...input });
    return executions.map(({ name }) => name);
  };
  assert.deepEqual(await list({}), ["three", "two", "one"]);
  assert.deepEqual(await list({ statusFilter: "RUNNING" }), ["three"]);
  assert.deepEqual(await list({ statusFilter: "SUCCEEDED" }), ["two", "one"]);
  assert.deepEqual(await list({ redriveFilter: "REDRIVEN" }), []);
  const { nextToken } = await bench.run("ListExecutions", { stateMachineArn, maxResults: 2 });
  assert.deepEqual(await list({ maxResults: 2, nextToken }), ["one"]);
  const otherFilter = bench.run("ListExecutions", { stateMachineArn, statusFilter: "FAILED", nextToken });
  assert.equal(await refusal(otherFilter), "InvalidToken: Invalid Token: 'Invalid token'");
});
