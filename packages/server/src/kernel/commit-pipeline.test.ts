import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { CommitPipeline } from "./commit-pipeline.ts";
import { counter, counters, HeldStore, turns } from "./testing/fixtures.ts";
import { VirtualClock } from "./virtual-clock.ts";

function start() {
  const store = new HeldStore();
  const clock = new VirtualClock(1_000);
  const fatal: unknown[] = [];
  const order: string[] = [];
  const pipeline = new CommitPipeline(store, clock, (error) => fatal.push(error));
  /** Appends one row to the open group, as a transaction does. */
  const write = (name: string, urgent = true): void => {
    pipeline.open.operations.push({ kind: "put", table: counters, values: counters.encode(counter(name)) });
    pipeline.open.afterCommit.push(() => order.push(`after ${name}`));
    pipeline.written(urgent);
  };
  const names = (): unknown[][] =>
    store.groups.map((group) => group.map((operation) => (operation.kind === "put" ? operation.values[1] : undefined)));
  return { store, clock, fatal, order, pipeline, write, names };
}

describe("groups", () => {
  test("what is written in one turn is one commit; what comes meanwhile is the next", async () => {
    const { store, pipeline, write, names } = start();
    store.held = true;
    write("a");
    write("b");
    await turns(1);
    write("c");
    await turns(3);
    write("d");
    assert.deepEqual(names(), [["a", "b"]]);
    store.release();
    await turns(2);
    assert.deepEqual(names(), [
      ["a", "b"],
      ["c", "d"],
    ]);
    assert.deepEqual(pipeline.statistics, { commits: 2, operations: 4, largestGroup: 2, commitMs: 0 });
  });

  test("actions run once the group is durable, in their order, before anyone who waits for it goes on", async () => {
    const { store, order, pipeline, write } = start();
    store.held = true;
    write("a");
    write("b");
    void pipeline.pending()?.durable.then(() => order.push("durable"));
    await turns(3);
    assert.deepEqual(order, []);
    store.release();
    await turns(1);
    assert.deepEqual(order, ["after a", "after b", "durable"]);
  });

  test("an action alone needs no commit of the store", async () => {
    const { store, order, pipeline } = start();
    pipeline.open.afterCommit.push(() => order.push("done"));
    pipeline.written(true);
    await turns(1);
    assert.deepEqual(order, ["done"]);
    assert.deepEqual(store.groups, []);
  });

  test("what an action writes goes out with a later group", async () => {
    const { pipeline, write, names } = start();
    write("a");
    pipeline.open.afterCommit.push(() => write("b"));
    await turns(3);
    assert.deepEqual(names(), [["a"], ["b"]]);
  });

  test("pending is the group that holds all that was decided, if any is not durable", async () => {
    const { store, pipeline, write } = start();
    assert.equal(pipeline.pending(), undefined);
    assert.ok(pipeline.idle);
    store.held = true;
    write("a");
    assert.equal(pipeline.pending()?.sequence, 1);
    await turns(1);
    assert.equal(pipeline.pending()?.sequence, 1);
    write("b");
    assert.equal(pipeline.pending()?.sequence, 2);
    assert.ok(!pipeline.idle);
    store.release();
    await pipeline.flush();
    assert.equal(pipeline.pending(), undefined);
    assert.ok(pipeline.idle);
  });

  test("a flush with nothing to write is over at once", async () => {
    const { store, pipeline } = start();
    await pipeline.flush();
    assert.deepEqual(store.groups, []);
  });
});

describe("in the middle of a turn", () => {
  const many = (write: (name: string) => void, prefix: string, count: number): void => {
    for (let index = 0; index < count; index += 1) write(`${prefix}${index}`);
  };

  test("a large group goes out, and the rest of the turn with the next", async () => {
    const { store, pipeline, write, names } = start();
    store.held = true;
    many(write, "a", 16);
    assert.deepEqual(
      names().map(({ length }) => length),
      [16],
    );
    assert.equal(pipeline.pending()?.sequence, 1);
    many(write, "b", 20);
    await turns(2);
    assert.deepEqual(
      names().map(({ length }) => length),
      [16],
    );
    assert.equal(pipeline.pending()?.sequence, 2);
    store.release();
    await turns(3);
    assert.deepEqual(
      names().map(({ length }) => length),
      [16, 20],
    );
    assert.ok(pipeline.idle);
  });

  test("others follow while it is on its way, as many as the store takes, and become durable in order", async () => {
    const { store, order, pipeline, write, names } = start();
    store.held = true;
    store.commitsAtOnce = 2;
    for (const prefix of ["a", "b", "c"]) {
      many(write, prefix, 16);
      void pipeline.pending()?.durable.then(() => order.push(`durable ${prefix}`));
    }
    order.length = 0;
    assert.deepEqual(
      names().map((group) => group[0]),
      ["a0", "b0"],
    );
    await turns(2);
    assert.equal(store.groups.length, 2);
    store.releaseOne();
    await turns(1);
    assert.deepEqual(
      order.filter((line) => line.startsWith("durable")),
      ["durable a"],
    );
    assert.equal(store.groups.length, 2);
    many(write, "d", 8);
    assert.equal(store.groups.length, 3);
    store.release();
    await turns(2);
    assert.deepEqual(
      order.filter((line) => line.startsWith("durable")),
      ["durable a", "durable b", "durable c"],
    );
    assert.deepEqual(
      order.filter((line) => line === "after c15" || line === "after d7"),
      ["after c15", "after d7"],
    );
    assert.ok(pipeline.idle);
  });

  test("what is durable by then is answered before the turn is over", async () => {
    const { store, order, write } = start();
    store.held = true;
    write("a");
    await turns(1);
    let heard = 0;
    store.hearNow = () => {
      heard += 1;
      store.releaseOne();
    };
    write("b");
    for (let step = 0; step < 10; step += 1) await Promise.resolve();
    assert.deepEqual(order, ["after a"]);
    store.release();
    await turns(3);
    write("c");
    await turns(2);
    assert.equal(heard, 1);
  });

  test("what is large grows with the load", async () => {
    const { store, write, names } = start();
    many(write, "a", 16);
    many(write, "b", 60);
    await turns(4);
    assert.deepEqual(
      names().map(({ length }) => length),
      [16, 60],
    );
    store.groups.length = 0;
    many(write, "c", 37);
    assert.deepEqual(names(), []);
    write("c37");
    assert.deepEqual(
      names().map(({ length }) => length),
      [38],
    );
    await turns(2);
  });

  test("when the first of several fails, nobody who waits for a later one is answered", async () => {
    const { store, fatal, order, pipeline, write } = start();
    store.held = true;
    store.commitsAtOnce = 3;
    for (const prefix of ["a", "b"]) {
      many(write, prefix, 16);
      void pipeline.pending()?.durable.then(() => order.push("durable"));
    }
    const error = new Error("disk full");
    store.fail(error);
    await turns(3);
    assert.deepEqual(order, []);
    assert.deepEqual(fatal, [error]);
  });

  test("a lease that is lost rejects every group on its way", async () => {
    const { store, pipeline, write } = start();
    store.held = true;
    store.commitsAtOnce = 3;
    const waiting = ["a", "b", "c"].map(async (prefix) => {
      many(write, prefix, prefix === "c" ? 3 : 16);
      await pipeline.pending()?.durable;
    });
    pipeline.fail(new Error("lease lost"));
    pipeline.giveUp();
    const results = await Promise.allSettled(waiting);
    assert.deepEqual(
      results.map((result) => (result.status === "rejected" ? (result.reason as Error).message : result.status)),
      [
        "the lease was lost before the commit was known to be durable",
        "the lease was lost before the commit was known to be durable",
        "the lease was lost before the commit was begun",
      ],
    );
  });
});

describe("deferred writes", () => {
  test("nobody waits for them, and they go out after 50 ms", async () => {
    const { clock, pipeline, write, names } = start();
    write("a", false);
    assert.equal(pipeline.pending(), undefined);
    assert.ok(!pipeline.idle);
    await clock.advanceTo(1_049, () => turns(2));
    assert.deepEqual(names(), []);
    await clock.advanceTo(1_050, () => turns(2));
    await turns(2);
    assert.deepEqual(names(), [["a"]]);
    assert.ok(pipeline.idle);
  });

  test("a later one does not put the earlier one off", async () => {
    const { clock, write, names } = start();
    write("a", false);
    await clock.advanceTo(1_040, () => turns(1));
    write("b", false);
    await clock.advanceTo(1_050, () => turns(1));
    await turns(2);
    assert.deepEqual(names(), [["a", "b"]]);
    assert.equal(clock.nextDeadline(), undefined);
  });

  test("they go with an urgent one, which leaves no alarm behind", async () => {
    const { clock, write, names } = start();
    write("a", false);
    write("b");
    await turns(2);
    assert.deepEqual(names(), [["a", "b"]]);
    assert.equal(clock.nextDeadline(), undefined);
    write("c", false);
    assert.equal(clock.nextDeadline(), 1_050);
  });

  test("a flush waits for them too", async () => {
    const { pipeline, write, names } = start();
    write("a", false);
    await pipeline.flush();
    assert.deepEqual(names(), [["a"]]);
  });
});

describe("after a failure", () => {
  test("of the store, nothing is durable any more, no action runs, nothing else is written", async () => {
    const { store, clock, fatal, order, pipeline, write, names } = start();
    store.held = true;
    write("a");
    void pipeline.pending()?.durable.then(() => order.push("durable"));
    await turns(1);
    write("b");
    void pipeline.pending()?.durable.then(() => order.push("durable"));
    const error = new Error("disk full");
    store.fail(error);
    await turns(3);
    write("c");
    write("d", false);
    await clock.advanceTo(2_000, () => turns(2));
    assert.deepEqual(names(), [["a"]]);
    assert.deepEqual(order, []);
    assert.deepEqual(fatal, [error]);
    assert.ok(pipeline.failed);
  });

  test("of an action, the same", async () => {
    const { fatal, order, pipeline, write, names } = start();
    pipeline.open.afterCommit.push(() => {
      throw new Error("broken on purpose");
    });
    write("a");
    await turns(2);
    write("b");
    await turns(2);
    assert.deepEqual(names(), [["a"]]);
    assert.deepEqual(order, []);
    assert.match(String(fatal[0]), /broken on purpose/);
  });

  test("told from outside, while a commit is under way: who waits for it is not answered", async () => {
    const { store, fatal, order, pipeline, write } = start();
    store.held = true;
    write("a");
    void pipeline.pending()?.durable.then(() => order.push("durable"));
    await turns(1);
    pipeline.fail(new Error("first"));
    pipeline.fail(new Error("second"));
    store.release();
    await turns(3);
    assert.deepEqual(order, []);
    assert.deepEqual(fatal.map(String), ["Error: first"]);
  });
});
