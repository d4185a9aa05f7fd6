import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Kernel } from "../kernel.ts";
import { metaTable } from "../meta.ts";
import { SeededRandom } from "../random.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { counters, turns } from "../testing/fixtures.ts";
import { VirtualClock } from "../virtual-clock.ts";
import { MemoryLeases } from "./memory-leases.ts";
import { Node } from "./node.ts";

const leaseMs = 5_000;
const shardCount = 8;

/** Nodes in one process over one store, on one clock. */
async function cluster() {
  const clock = new VirtualClock(1_000_000);
  const leases = new MemoryLeases(() => clock.now());
  await leases.install({ shardCount, secret: "s" });
  const store = new MemoryStore((fence) => leases.admits(fence));
  const row = { shard: 0, name: "shard-count", value: String(shardCount) };
  await store.commit([{ kind: "put", table: metaTable, values: metaTable.encode(row) }]);
  const lines: string[] = [];
  const running = new Map<string, { readonly node: Node; readonly kernel: Kernel; isCutOff: boolean }>();
  const settle = (): Promise<void> => turns(6);
  return {
    clock,
    leases,
    lines,
    async start(id: string) {
      const lost: unknown[] = [];
      const own: { isCutOff: boolean; held?: Promise<void>; lateGive?: Promise<void> } = { isCutOff: false };
      const reach = async (): Promise<void> => {
        if (own.isCutOff) throw new Error("the store cannot be reached");
      };
      const node = await Node.join({
        description: { id, address: `http://${id}`, version: "1" },
        leases: {
          ...bound(leases),
          renew: async (member, ms) => (await reach(), leases.renew(member, ms)),
          view: async () => (await reach(), await own.held, leases.view()),
          // What is under way holds the node's row, in the store, whatever its sender has heard of it.
          take: async (member, shards) => (await own.lateGive, leases.take(member, shards)),
          give: (member, shards) => {
            if (own.lateGive === undefined) return leases.give(member, shards);
            own.lateGive = own.lateGive.then(() => leases.give(member, shards));
            throw new Error("the answer was lost");
          },
        },
        leaseMs,
        clock,
        log: (_level, message, { node: name, shards } = {}) => lines.push([message, name, shards].join(" ").trim()),
        poke: async (nodes) => {
          for (const { id: other } of nodes) await running.get(other)?.node.look();
        },
      });
      const kernel = new Kernel({
        store,
        clock,
        random: new SeededRandom(1),
        lease: node.lease,
        onFatal: (error) => assert.fail(String(error)),
        onLeaseLost: (error) => lost.push(error),
      });
      await kernel.start([{ tables: [counters] as never, migrations: [] }]);
      running.set(id, Object.assign(own, { node, kernel }));
      node.serve(kernel);
      await settle();
      return { node, kernel, lost, own };
    },
    pass: (milliseconds: number) => clock.advanceTo(clock.now() + milliseconds, settle),
    shares: () =>
      [...running.values()].map(({ kernel }) => (kernel.pipeline.failed ? -1 : kernel.ownership.open().length)),
  };
}

function bound(leases: MemoryLeases) {
  return {
    install: leases.install.bind(leases),
    register: leases.register.bind(leases),
    take: leases.take.bind(leases),
    give: leases.give.bind(leases),
    removeExpired: leases.removeExpired.bind(leases),
    unregister: leases.unregister.bind(leases),
    close: leases.close.bind(leases),
  };
}

describe("nodes", () => {
  test("share the shards; one that comes gets its part at once, without waiting for anybody's next look", async () => {
    const { start, shares, lines } = await cluster();
    await start("a");
    assert.deepEqual(shares(), [8]);
    await start("b");
    assert.deepEqual(shares(), [4, 4]);
    await start("c");
    assert.deepEqual(
      shares().toSorted((left, right) => left - right),
      [2, 3, 3],
    );
    assert.ok(lines.includes("shards given a 4 5 6 7"));
    assert.ok(lines.some((line) => line.startsWith("shards taken b ")));
  });

  test("keep what they have as long as they renew", async () => {
    const { start, shares, pass, lines } = await cluster();
    await start("a");
    await start("b");
    const before = lines.length;
    await pass(60_000);
    assert.deepEqual(shares(), [4, 4]);
    assert.equal(lines.length, before);
  });

  test("one that leaves hands over at once", async () => {
    const { start, shares, leases } = await cluster();
    await start("a");
    const b = await start("b");
    await b.node.leave();
    await turns(6);
    assert.deepEqual(shares(), [8, 0]);
    assert.deepEqual(
      (await leases.view()).nodes.map(({ id }) => id),
      ["a"],
    );
  });

  test("one that leaves has left when the others have seen it: they ask it nothing more", async () => {
    const { start } = await cluster();
    const [a, b] = [await start("a"), await start("b")];
    const held = Promise.withResolvers<void>();
    a.own.held = held.promise;
    let hasLeft = false;
    const left = b.node.leave().then(() => (hasLeft = true));
    await turns(20);
    assert.equal(hasLeft, false);
    assert.deepEqual(
      a.node.view.nodes.map(({ id }) => id),
      ["a", "b"],
    );
    held.resolve();
    await left;
    assert.deepEqual(
      a.node.view.nodes.map(({ id }) => id),
      ["a"],
    );
  });

  test("one that dies is replaced within two leases, and no sooner than its lease ends", async () => {
    const { start, shares, pass } = await cluster();
    await start("a");
    const b = await start("b");
    b.node.abandon();
    await pass(leaseMs - 1_001);
    assert.deepEqual(shares(), [4, 4]);
    await pass(leaseMs + 1_001);
    assert.deepEqual(shares(), [8, 4]);
  });

  test("one that is cut off from the store stops deciding before its lease can be taken", async () => {
    const { start, shares, pass, leases } = await cluster();
    await start("a");
    const b = await start("b");
    b.own.isCutOff = true;
    await pass(leaseMs);
    assert.equal(b.lost.length, 1);
    assert.equal(b.node.lease.holds(), false);
    assert.ok((await leases.view()).nodes.every(({ id, leaseLeftMs }) => id !== "b" || leaseLeftMs <= 0));
    await pass(2_000);
    assert.deepEqual(shares(), [8, -1]);
  });

  test("one that others have removed learns it with its next renewal", async () => {
    const { start, pass, leases } = await cluster();
    const a = await start("a");
    await leases.unregister(a.node.member);
    await pass(leaseMs / 5);
    assert.match(String(a.lost[0]), /removed by another/);
  });

  test("a shard that was given to a node by an answer that got lost is taken up", async () => {
    const { start, leases, pass } = await cluster();
    await start("a");
    const b = await start("b");
    await b.kernel.release([4]);
    await pass(leaseMs / 5);
    assert.ok(b.kernel.ownership.owns(4));
    assert.equal((await leases.view()).shards[4]?.owner, "b");
  });

  test("a shard that a node has given, as the store learns late, is decided by one node all the same", async () => {
    const { start, leases, pass } = await cluster();
    const a = await start("a");
    const arrives = Promise.withResolvers<void>();
    a.own.lateGive = arrives.promise;
    const b = await start("b");
    assert.deepEqual(a.kernel.ownership.open(), [0, 1, 2, 3]);
    // It still owns them all, by the store, and looks again.
    await pass(leaseMs / 5);
    arrives.resolve();
    await turns(6);
    delete a.own.lateGive;
    await pass(leaseMs);
    const { shards } = await leases.view();
    for (const { shard, owner } of shards) {
      const deciding = [a, b].filter(({ kernel }) => kernel.ownership.owns(shard));
      assert.deepEqual(
        deciding.map(({ node }) => node.member.nodeId),
        [owner],
        `shard ${shard}`,
      );
    }
  });
});
