import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { describe, test } from "node:test";
import { turns } from "./testing/fixtures.ts";
import { VirtualClock } from "./virtual-clock.ts";
import { Waiters } from "./waiters.ts";

/** Waiters over a clock at 1000, with what became of those parked by name, in the order it happened. */
function start(clientsInRealTime = false) {
  const clock = new VirtualClock(1_000);
  const waiters = new Waiters(clock, clientsInRealTime);
  const ended: string[] = [];
  const parkAs = async (name: string, key: string, deadline: number, signal?: AbortSignal): Promise<void> => {
    ended.push(`${name} ${await waiters.park(key, deadline, signal)}`);
  };
  const park = (...args: Parameters<typeof parkAs>): void => void parkAs(...args);
  return { clock, waiters, ended, park };
}

describe("waiters", () => {
  test("are woken in the order they came, as many as there is something for", async () => {
    const { clock, waiters, ended, park } = start();
    for (const name of ["a", "b", "c", "d"]) park(name, "queue", 9_000);
    park("x", "other", 9_000);
    waiters.wake("queue", 2);
    waiters.wake("nobody");
    await turns(1);
    assert.deepEqual(ended, ["a woken", "b woken"]);
    assert.deepEqual([waiters.count("queue"), waiters.count("other")], [2, 1]);
    waiters.wake("queue", 0);
    waiters.wake("queue");
    await turns(1);
    assert.deepEqual(ended, ["a woken", "b woken", "c woken", "d woken"]);
    assert.equal(waiters.count("queue"), 0);
    waiters.wake("other");
    assert.equal(clock.nextDeadline(), undefined);
  });

  test("who parks again while others are woken waits for the next time", async () => {
    const { waiters, ended, park } = start();
    park("a", "queue", 9_000);
    waiters.wake("queue");
    park("a again", "queue", 9_000);
    await turns(1);
    assert.deepEqual(ended, ["a woken"]);
    assert.equal(waiters.count("queue"), 1);
  });

  test("end at their deadlines, not before", async () => {
    const { clock, ended, park } = start();
    park("late", "queue", 3_000);
    park("soon", "queue", 2_000);
    await clock.advanceTo(1_999, () => turns(1));
    assert.deepEqual(ended, []);
    await clock.advanceTo(2_000, () => turns(1));
    await turns(1);
    assert.deepEqual(ended, ["soon expired"]);
    await clock.advanceTo(3_000, () => turns(1));
    await turns(1);
    assert.deepEqual(ended, ["soon expired", "late expired"]);
  });

  test("leave when their client does, and hold on to nothing", async () => {
    const { clock, waiters, ended, park } = start();
    const abort = new AbortController();
    park("a", "queue", 9_000, abort.signal);
    park("b", "queue", 9_000, abort.signal);
    waiters.wake("queue", 1);
    assert.equal(getEventListeners(abort.signal, "abort").length, 1);
    abort.abort();
    park("c", "queue", 9_000, abort.signal);
    await turns(1);
    assert.deepEqual(ended.toSorted(), ["a woken", "b gone", "c gone"]);
    assert.equal(waiters.count("queue"), 0);
    assert.equal(getEventListeners(abort.signal, "abort").length, 0);
    assert.equal(clock.nextDeadline(), undefined);
  });

  test("all end when the server stops, and later ones at once", async () => {
    const { clock, waiters, ended, park } = start();
    park("a", "queue", 9_000);
    park("b", "other", 9_000);
    waiters.expireAll();
    park("c", "queue", 9_000);
    await turns(1);
    assert.deepEqual(ended.toSorted(), ["a expired", "b expired", "c expired"]);
    assert.equal(clock.nextDeadline(), undefined);
  });
});

describe("clients in real time, with a virtual clock", () => {
  test("wait no longer in real time than they would in virtual time", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { clock, ended, park } = start(true);
    park("a", "queue", 3_000);
    context.mock.timers.tick(1_999);
    await turns(1);
    assert.deepEqual(ended, []);
    context.mock.timers.tick(1);
    await turns(1);
    assert.deepEqual(ended, ["a expired"]);
    assert.equal(clock.nextDeadline(), undefined);
  });

  test("are let go when virtual time gets there first, once", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { clock, ended, park } = start(true);
    park("a", "queue", 3_000);
    await clock.advanceTo(3_000, () => turns(1));
    context.mock.timers.tick(5_000);
    await turns(1);
    assert.deepEqual(ended, ["a expired"]);
  });

  test("elsewhere only the clock counts", async (context) => {
    context.mock.timers.enable({ apis: ["setTimeout"] });
    const { ended, park } = start(false);
    park("a", "queue", 3_000);
    context.mock.timers.tick(60_000);
    await turns(1);
    assert.deepEqual(ended, []);
  });
});
