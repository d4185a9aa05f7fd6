import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { hostTimer, RealClock } from "./clock.ts";

interface Host {
  now: number;
  /** However `now` is set. */
  monotonic: number;
  /** Timeouts set and neither fired nor cleared. */
  readonly timeouts: { readonly delay: number; readonly callback: () => void }[];
  /** Fires the only timeout. */
  fire(): void;
}

/** The host's time and timers, moved by the test. */
function fakeHost(context: TestContext): Host {
  const host: Host = {
    now: 1_000,
    monotonic: 7_000.25,
    timeouts: [],
    fire: () => {
      assert.equal(host.timeouts.length, 1);
      host.timeouts.pop()?.callback();
    },
  };
  context.mock.method(Date, "now", () => host.now);
  context.mock.method(performance, "now", () => host.monotonic);
  context.mock.method(globalThis, "setTimeout", (callback: () => void, delay: number) => {
    const timeout = { delay, callback };
    host.timeouts.push(timeout);
    return timeout;
  });
  context.mock.method(globalThis, "clearTimeout", (timeout: (typeof host.timeouts)[number]) => {
    const place = host.timeouts.indexOf(timeout);
    if (place >= 0) host.timeouts.splice(place, 1);
  });
  return host;
}

describe("the real clock", () => {
  test("never goes backwards when the host's clock is set back", (context) => {
    const host = fakeHost(context);
    const clock = new RealClock();
    assert.equal(clock.now(), 1_000);
    host.now = 400;
    assert.equal(clock.now(), 1_000);
    host.now = 1_001;
    assert.equal(clock.now(), 1_001);
  });

  test("goes on when the host's clock is set back, slower, until that has caught up", (context) => {
    const host = fakeHost(context);
    const clock = new RealClock();
    assert.equal(clock.now(), 1_000);
    // An hour back: nothing that waits may stand still for an hour.
    host.now -= 3_600_000;
    assert.equal(clock.now(), 1_000);
    const pass = (milliseconds: number): number => {
      host.now += milliseconds;
      host.monotonic += milliseconds;
      return clock.now();
    };
    assert.equal(pass(1_000), 1_900);
    let fired = 0;
    clock.at(1_900 + 9_000, () => (fired += 1));
    assert.equal(host.timeouts[0]?.delay, 9_000);
    pass(9_000);
    host.fire();
    assert.equal(fired, 0);
    assert.equal(host.timeouts[0]?.delay, 900);
    pass(1_000);
    host.fire();
    assert.equal(fired, 1);
    // Ten hours after it was set back both are the same, and stay so.
    pass(36_000_000 - 11_000);
    assert.equal(clock.now(), host.now);
    assert.equal(pass(500), host.now);
    // And again.
    const latest = host.now;
    host.now -= 2_000;
    assert.equal(clock.now(), latest);
    assert.equal(pass(1_000), latest + 900);
    host.now += 60_000;
    assert.equal(clock.now(), host.now);
  });

  test("notices soon that the host's clock was set forward, or the machine asleep", (context) => {
    const host = fakeHost(context);
    let fired = 0;
    new RealClock().at(1_000 + 8 * 3_600_000, () => (fired += 1));
    // The host's timers stand still while the machine does.
    host.now += 9 * 3_600_000;
    assert.ok((host.timeouts[0]?.delay ?? Infinity) <= 60_000);
    host.fire();
    assert.equal(fired, 1);
  });

  test("waits on when the host's timer is early", (context) => {
    const host = fakeHost(context);
    let fired = 0;
    new RealClock().at(1_500, () => (fired += 1));
    assert.equal(host.timeouts[0]?.delay, 500);
    host.now = 1_499;
    host.fire();
    assert.equal(fired, 0);
    assert.equal(host.timeouts[0]?.delay, 1);
    host.now = 1_500;
    host.fire();
    assert.equal(fired, 1);
    assert.deepEqual(host.timeouts, []);
  });

  test("keeps an alarm that is further away than the host's timers reach", (context) => {
    const host = fakeHost(context);
    const thirtyDays = 30 * 86_400_000;
    let fired = 0;
    new RealClock().at(1_000 + thirtyDays, () => (fired += 1));
    host.now += 2 ** 31 - 1;
    host.fire();
    assert.equal(fired, 0);
    assert.equal(host.timeouts.length, 1);
    host.now = 1_000 + thirtyDays;
    host.fire();
    assert.equal(fired, 1);
    assert.deepEqual(host.timeouts, []);
  });

  test("gives an alarm for the past its turn, not a call from within", (context) => {
    const host = fakeHost(context);
    let fired = 0;
    new RealClock().at(10, () => (fired += 1));
    assert.equal(fired, 0);
    assert.equal(host.timeouts[0]?.delay, 0);
    host.fire();
    assert.equal(fired, 1);
  });

  test("a cancelled alarm is gone from the host, also when it was set again", (context) => {
    const host = fakeHost(context);
    const alarm = new RealClock().at(1_500, () => assert.fail("cancelled"));
    host.now = 1_200;
    host.fire();
    alarm.cancel();
    assert.deepEqual(host.timeouts, []);
  });
});

test("a timer of the host is bounded by what the host takes", (context) => {
  const host = fakeHost(context);
  const alarm = hostTimer(2 ** 40, () => undefined);
  assert.equal(host.timeouts[0]?.delay, 2 ** 31 - 1);
  alarm.cancel();
  assert.deepEqual(host.timeouts, []);
});
