/** What every `Leases` does, whatever keeps them. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { StaleOwnerError } from "../store/store-errors.ts";
import type { CommitFence } from "../store/store.ts";
import { NodeIdInUse } from "./leases.ts";
import type { Leases } from "./leases.ts";

export interface LeasesUnderTest extends AsyncDisposable {
  readonly leases: Leases;
  /** Commits nothing under a fence, as a store would; throws `StaleOwnerError` when it is refused. */
  commit(fence: CommitFence): Promise<void>;
  /** Lets time go on, by the clock the leases end by. */
  pass(milliseconds: number): Promise<void>;
}

/** A lease that does not end while a test runs, and one that does at once. */
const long = 600_000;
const short = 50;

const node = (id: string, address = `http://${id}`) => ({ id, address, version: "1" });

/** @param open fresh leases, with nothing installed */
export function testLeases(
  name: string,
  open: () => Promise<LeasesUnderTest>,
  options: { skip?: string | false } = {},
): void {
  describe(`leases: ${name}`, options, () => {
    testInstallation(open);
    testOwners(open);
    testLives(open);
  });
}

async function start(open: () => Promise<LeasesUnderTest>): Promise<LeasesUnderTest> {
  const opened = await open();
  await opened.leases.install({ shardCount: 4, secret: "s" });
  return opened;
}

async function owners(leases: Leases): Promise<(string | undefined)[]> {
  return (await leases.view()).shards.map(({ owner }) => owner);
}

const nobody = [undefined, undefined, undefined, undefined];

function testInstallation(open: () => Promise<LeasesUnderTest>): void {
  test("an installation is made once; whoever comes later learns how", async () => {
    await using opened = await open();
    const { leases } = opened;
    assert.deepEqual(await leases.install({ shardCount: 4, secret: "first" }), { shardCount: 4, secret: "first" });
    assert.deepEqual(await leases.install({ shardCount: 9, secret: "second" }), { shardCount: 4, secret: "first" });
    const { shards, nodes } = await leases.view();
    assert.deepEqual(nodes, []);
    assert.deepEqual(
      shards.map(({ shard, owner }) => [shard, owner]),
      [0, 1, 2, 3].map((shard) => [shard, undefined]),
    );
  });

  test("several that install at once agree", async () => {
    await using opened = await open();
    const { leases } = opened;
    const wanted = ["a", "b", "c"].map((secret, index) => ({ shardCount: index + 1, secret }));
    const made = await Promise.all(wanted.map((one) => leases.install(one)));
    for (const one of made) assert.deepEqual(one, made[0]);
    assert.equal((await leases.view()).shards.length, made[0]?.shardCount);
  });
}

function testOwners(open: () => Promise<LeasesUnderTest>): void {
  test("a shard is taken by one, however many ask, and its epoch grows with each owner", async () => {
    await using opened = await start(open);
    const { leases } = opened;
    const a = await leases.register(node("a"), long);
    const b = await leases.register(node("b"), long);
    const taken = await Promise.all([leases.take(a, [0, 1, 2]), leases.take(b, [2, 1, 0])]);
    assert.deepEqual(new Set(taken.flat()), new Set([0, 1, 2]));
    assert.equal(taken.flat().length, 3);
    const before = (await leases.view()).shards[0];
    await leases.give(before?.owner === "a" ? a : b, [0]);
    assert.equal((await owners(leases))[0], undefined);
    assert.deepEqual(await leases.take(a, [0]), [0]);
    assert.ok(((await leases.view()).shards[0]?.epoch ?? 0) > (before?.epoch ?? 0));
  });

  test("who takes what is its own already is told so", async () => {
    await using opened = await start(open);
    const { leases } = opened;
    const a = await leases.register(node("a"), long);
    const b = await leases.register(node("b"), long);
    await leases.take(a, [0]);
    await leases.take(b, [2]);
    assert.deepEqual(await leases.take(a, [0, 1, 2]), [0, 1]);
    assert.deepEqual(await owners(leases), ["a", "a", "b", undefined]);
  });

  test("nobody gives what is another's", async () => {
    await using opened = await start(open);
    const { leases } = opened;
    const a = await leases.register(node("a"), long);
    const b = await leases.register(node("b"), long);
    await leases.take(a, [0]);
    await leases.give(b, [0]);
    assert.deepEqual(await owners(leases), ["a", undefined, undefined, undefined]);
  });

  test("a lease that ends unrenewed: the node can be removed, its shards are free, all it does is refused", async () => {
    await using opened = await start(open);
    const { leases, commit, pass } = opened;
    const a = await leases.register(node("a"), short);
    const b = await leases.register(node("b"), long);
    await leases.take(a, [0, 1]);
    await leases.take(b, [2]);
    await commit({ ...a, sequence: 7 });
    assert.equal((await leases.view()).nodes[0]?.committed, 7);
    await pass(short * 3);
    assert.ok(((await leases.view()).nodes[0]?.leaseLeftMs ?? 1) <= 0);
    await commit({ ...a, sequence: 8 });
    assert.deepEqual(await leases.removeExpired(), ["a"]);
    assert.deepEqual(await owners(leases), [undefined, undefined, "b", undefined]);
    assert.equal(await leases.renew(a, long), false);
    await assert.rejects(commit({ ...a, sequence: 9 }), StaleOwnerError);
    await assert.rejects(leases.take(a, [3]), StaleOwnerError);
    await assert.rejects(leases.give(a, [0]), StaleOwnerError);
    await leases.unregister(a);
    assert.deepEqual(await leases.removeExpired(), []);
    await commit({ ...b, sequence: 1 });
  });
}

function testLives(open: () => Promise<LeasesUnderTest>): void {
  test("a node is seen with what it says of itself and what is left of its lease", async () => {
    await using opened = await start(open);
    const { leases } = opened;
    const { incarnation } = await leases.register(node("a"), long);
    const [seen] = (await leases.view()).nodes;
    assert.ok(seen !== undefined && seen.leaseLeftMs > long / 2 && seen.leaseLeftMs <= long);
    const { leaseLeftMs: _, ...rest } = seen;
    assert.deepEqual(rest, { ...node("a"), incarnation, committed: 0 });
  });

  test("a renewed lease does not end", async () => {
    await using opened = await start(open);
    const { leases, pass } = opened;
    const a = await leases.register(node("a"), short);
    assert.equal(await leases.renew(a, long), true);
    await pass(short * 3);
    assert.deepEqual(await leases.removeExpired(), []);
  });

  test("a node that registers again shuts its earlier life out, and owns nothing", async () => {
    await using opened = await start(open);
    const { leases, commit } = opened;
    const before = await leases.register(node("a"), long);
    await leases.take(before, [0, 1]);
    const after = await leases.register(node("a"), long);
    assert.ok(after.incarnation > before.incarnation);
    assert.deepEqual(await owners(leases), nobody);
    await assert.rejects(commit({ ...before, sequence: 1 }), StaleOwnerError);
    assert.equal(await leases.renew(before, long), false);
    await leases.unregister(before);
    await commit({ ...after, sequence: 1 });
  });

  test("a life after a removal is a later one as well", async () => {
    await using opened = await start(open);
    const { leases, commit } = opened;
    const before = await leases.register(node("a"), long);
    await leases.unregister(before);
    const after = await leases.register(node("a"), long);
    assert.ok(after.incarnation > before.incarnation);
    await assert.rejects(commit({ ...before, sequence: 1 }), StaleOwnerError);
  });

  test("a name that is in use elsewhere is refused, until its lease has ended", async () => {
    await using opened = await start(open);
    const { leases, pass } = opened;
    await leases.register(node("a"), short);
    await assert.rejects(leases.register(node("a", "http://elsewhere"), long), NodeIdInUse);
    await pass(short * 3);
    await leases.register(node("a", "http://elsewhere"), long);
  });

  test("a node that leaves sets everything free", async () => {
    await using opened = await start(open);
    const { leases } = opened;
    const a = await leases.register(node("a"), long);
    await leases.take(a, [0, 3]);
    await leases.unregister(a);
    assert.deepEqual(await owners(leases), nobody);
    assert.deepEqual((await leases.view()).nodes, []);
  });
}
