import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../kernel/random.ts";
import { turn } from "../kernel/testing/fixtures.ts";
import { decidedHopsTable, hopsTable, settledHopsTable } from "./hop-tables.ts";
import { decodeValue } from "./hop-values.ts";
import { HopNetwork } from "./testing/hop-network.ts";
import type { HopNode } from "./testing/hop-network.ts";
import { arnsByShard, identity, ledger, notes, tell, told } from "./testing/ledger.ts";

const shardCount = 4;
const [zero = "", one = "", two = ""] = arnsByShard(shardCount);

async function network(): Promise<{ net: HopNetwork; left: HopNode; right: HopNode }> {
  const net = new HopNetwork({ random: new SeededRandom(1), shardCount, services: ledger });
  return { net, left: await net.start("left", [0, 1]), right: await net.start("right", [2, 3]) };
}

test("here: the operation is part of the decision, and one commit holds both", async () => {
  const { net, left } = await network();
  const commits = left.kernel.pipeline.statistics.commits;
  assert.equal(await tell(left, { source: zero, target: one, text: "a" }), "now");
  assert.equal(left.kernel.pipeline.statistics.commits, commits + 1);
  assert.deepEqual(notes(left, one), ["a"]);
  assert.equal(told(left, "a")?.outcome, '{"place":1}');
  assert.equal(left.kernel.resident(hopsTable).size, 0);
  await net.stop();
});

test("elsewhere: the operation runs at the owner, and the outcome comes back", async () => {
  const { net, left, right } = await network();
  assert.equal(await tell(left, { source: zero, target: two, text: "a" }), "pending");
  assert.equal(told(left, "a")?.outcome, null);
  await net.advance(1);
  assert.deepEqual(notes(right, two), ["a"]);
  assert.deepEqual(told(left, "a"), { shard: 0, text: "a", target: two, outcome: '{"place":1}', replies: 1 });
  assert.equal(left.kernel.resident(hopsTable).size, 0);
  await net.stop();
});

test("nothing is carried before the decision that sends it is durable", async () => {
  const { net, left, right } = await network();
  // The second is decided while the first is being written: when the first may be carried, the second may not.
  void tell(left, { source: zero, target: two, text: "a" });
  const { open: first } = left.kernel.pipeline;
  await turn();
  void tell(left, { source: zero, target: two, text: "b" });
  await first.durable;
  assert.equal(left.kernel.resident(hopsTable).size, 2);
  net.kill("left");
  await net.advance(10_000);
  assert.deepEqual(notes(right, two), ["a"]);
  await net.stop();
});

test("bytes and dates arrive as they were sent, and come back so", async () => {
  const { net, left } = await network();
  const shown: (string | null | undefined)[] = [];
  for (const [text, target] of Object.entries({ here: one, elsewhere: two })) {
    await tell(left, { source: zero, target, text, operation: "Echo" });
    await net.advance(1);
    shown.push(told(left, text)?.outcome?.replaceAll(text, "").replaceAll(target, ""));
  }
  assert.equal(shown[0], shown[1]);
  assert.match(shown[0] ?? "", /"bytes":\{"0":0,"1":255\},"\$at":"1970-01-01T00:00:00.005Z"/);
  await net.stop();
});

for (const where of ["here", "elsewhere"] as const) {
  test(`a refusal comes back in its own words and leaves nothing at the target: ${where}`, async () => {
    const { net, left } = await network();
    const target = where === "here" ? one : two;
    await tell(left, { source: zero, target, text: "r", operation: "Refuse" });
    await tell(left, { source: zero, target, text: "" });
    await tell(left, { source: zero, target, text: "u", operation: "Unknown" });
    await net.advance(1);
    assert.equal(told(left, "r")?.outcome, "Full: There is no room.");
    assert.equal(told(left, "")?.outcome, "InvalidText: Text must not be empty.");
    assert.match(told(left, "u")?.outcome ?? "", /^UnknownOperationException: /);
    assert.deepEqual(notes(net.nodeOf(target), target), []);
    assert.equal(left.kernel.resident(hopsTable).size, 0);
    await net.stop();
  });
}

test("an operation that reads first is decided later, also here, with its reply in one commit", async () => {
  const { net, left } = await network();
  assert.equal(await tell(left, { source: zero, target: one, text: "a", operation: "NoteAfterReading" }), "pending");
  await net.advance(1);
  assert.deepEqual(notes(left, one), ["a"]);
  assert.equal(told(left, "a")?.replies, 1);
  await net.stop();
});

test("what was sent first arrives first, whatever has to be read for it", async () => {
  const { net, left } = await network();
  const texts = ["a", "b", "c"];
  const answers = texts.map((text) =>
    tell(left, { source: zero, target: one, text, ...(text !== "c" && { operation: "NoteAfterReading" }) }),
  );
  assert.deepEqual(await Promise.all(answers), ["pending", "pending", "pending"]);
  await net.advance(1);
  assert.deepEqual(notes(left, one), texts);
  assert.equal(await tell(left, { source: zero, target: one, text: "d" }), "now");
  await net.stop();
});

test("a mistake of the target is an outcome, told to whoever watches; nothing of it stays", async () => {
  const { net, left, right } = await network();
  await tell(left, { source: zero, target: two, text: "a", operation: "Break" });
  await tell(left, { source: zero, target: two, text: "b" });
  await net.advance(1);
  assert.match(told(left, "a")?.outcome ?? "", /^InternalFailure: /);
  assert.deepEqual(notes(right, two), ["b"]);
  assert.deepEqual(right.errors.map(String), ["TypeError: a mistake"]);
  await net.stop();
});

test("an answer that is lost: the hop is carried again, and decided once", async () => {
  const { net, left, right } = await network();
  let messages = 0;
  net.fate = () => ({ delayMs: 0, isLost: (messages += 1) === 2 });
  await tell(left, { source: zero, target: two, text: "a" });
  await net.advance(10_000);
  assert.equal(net.carried, 2);
  assert.deepEqual(notes(right, two), ["a"]);
  assert.equal(told(left, "a")?.replies, 1);
  await net.stop();
});

test("a repetition that comes when the outcome is forgotten changes nothing", async () => {
  const { net, left, right } = await network();
  let messages = 0;
  net.fate = () => ({ delayMs: 0, ...((messages += 1) === 1 && { againAfterMs: 60_000 }) });
  await tell(left, { source: zero, target: two, text: "a" });
  await net.advance(1);
  await tell(left, { source: zero, target: two, text: "b" });
  await net.advance(1);
  const decided = [...right.kernel.resident(decidedHopsTable).values()].map(({ number }) => number);
  assert.deepEqual(decided, [2], "the first is forgotten, as the second said it may be");
  await net.advance(60_000);
  assert.equal(net.carried, 3);
  assert.deepEqual(notes(right, two), ["a", "b"]);
  await net.stop();
});

test("a target without an owner is asked again, less and less often, and at once when there is one", async () => {
  const { net, left } = await network();
  net.kill("right");
  await tell(left, { source: zero, target: two, text: "a" });
  await net.advance(60_000);
  assert.equal(told(left, "a")?.outcome, null);
  const attempts = left.hops.metrics().find(({ name }) => name === "tutti_hops_failed_attempts_total");
  const count = attempts?.samples[0]?.value ?? 0;
  assert.ok(count > 10 && count < 40, `${count} attempts in a minute`);
  const right = await net.start("right", [2, 3]);
  await net.advance(1);
  assert.deepEqual(notes(right, two), ["a"]);
  await net.stop();
});

test("the source dies with hops under way: its successor goes on with them, under new numbers for what is new", async () => {
  const { net, left, right } = await network();
  net.fate = () => ({ delayMs: 0, isLost: true });
  await tell(left, { source: zero, target: two, text: "a" });
  await net.advance(100);
  net.kill("left");
  net.fate = () => ({ delayMs: 0 });
  const next = await net.start("next", [0, 1]);
  await tell(next, { source: zero, target: two, text: "b" });
  await net.advance(10_000);
  assert.deepEqual(notes(right, two), ["a", "b"]);
  assert.deepEqual([told(next, "a")?.replies, told(next, "b")?.replies], [1, 1]);
  await net.stop();
});

test("the target's owner dies after it decided: its successor remembers", async () => {
  const { net, left } = await network();
  let messages = 0;
  net.fate = () => ({ delayMs: 0, isLost: (messages += 1) === 2 });
  await tell(left, { source: zero, target: two, text: "a" });
  await net.advance(100);
  net.kill("right");
  const next = await net.start("next", [2, 3]);
  await net.advance(10_000);
  assert.deepEqual(notes(next, two), ["a"]);
  assert.equal(told(left, "a")?.outcome, '{"place":1}');
  await net.stop();
});

test("one node takes over both sides while a request is still on its way to it: it comes too late", async () => {
  const { net } = await network();
  net.fate = () => ({ delayMs: 5_000 });
  await tell(net.nodeOf(zero), { source: zero, target: two, text: "a" });
  net.kill("left");
  net.kill("right");
  const all = await net.start("all", [0, 1, 2, 3]);
  await net.advance(1);
  assert.deepEqual(notes(all, two), ["a"]);
  assert.equal(told(all, "a")?.replies, 1);
  await net.advance(10_000);
  assert.equal(net.carried, 1, "the request of the first owner has arrived");
  assert.deepEqual(notes(all, two), ["a"]);
  await net.stop();
});

test("an answer leaves when the decision is durable, not before", async () => {
  const { net, right } = await network();
  right.held = new Promise(() => undefined);
  const input = JSON.stringify({ target: two, text: "a" });
  const hop = { sourceShard: 0, number: 1, settledBelow: 1, target: two, input, identity };
  const answer = right.hops.receive([{ ...hop, service: "ledger", operation: "Note" }]).then(() => "answered");
  for (let turns = 0; turns < 10; turns += 1) await turn();
  assert.deepEqual(notes(right, two), ["a"]);
  assert.equal(await Promise.race([answer, turn().then(() => "silence")]), "silence");
  net.kill("right");
  await net.stop();
});

test("the target is told to forget when the outcome is durable at the source, not before", async () => {
  const { net, left, right } = await network();
  const gate = Promise.withResolvers<void>();
  right.held = gate.promise;
  await tell(left, { source: zero, target: two, text: "a" });
  await tell(left, { source: zero, target: two, text: "b" });
  left.held = new Promise(() => undefined);
  gate.resolve();
  while (told(left, "a")?.replies !== 1) await turn();
  for (let turns = 0; turns < 20; turns += 1) await turn();
  net.kill("left");
  const next = await net.start("next", [0, 1]);
  await net.advance(10_000);
  assert.deepEqual(notes(right, two), ["a", "b"]);
  assert.deepEqual([told(next, "a")?.replies, told(next, "b")?.replies], [1, 1]);
  await net.stop();
});

test("what waits to be carried is not readable in the store", async () => {
  const { net, left } = await network();
  net.kill("right");
  await tell(left, { source: zero, target: two, text: "nobody is to read this" });
  const stored = await net.disk.load(hopsTable);
  assert.equal(stored.length, 1);
  assert.ok(!JSON.stringify(stored.map(({ input }) => input)).includes("nobody"));
  assert.throws(() => decodeValue(stored[0]?.input ?? ""), SyntaxError);
  await net.stop();
});

test("many hops go in few messages, and their outcomes are not kept", async () => {
  const { net, left, right } = await network();
  let messages = 0;
  net.fate = () => ((messages += 1), { delayMs: 1 });
  const texts = Array.from({ length: 500 }, (_, index) => `t${index}`);
  await Promise.all(texts.map((text) => tell(left, { source: zero, target: two, text })));
  await net.advance(1_000);
  assert.deepEqual(notes(right, two), texts);
  assert.ok(messages <= 14, `${messages} messages`);
  assert.ok(right.kernel.resident(decidedHopsTable).size <= 100);
  assert.equal(right.kernel.resident(settledHopsTable).size, 1);
  await net.stop();
});
