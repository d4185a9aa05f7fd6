import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TestContext } from "node:test";
import { hostTimer, RealClock } from "./clock.ts";

interface Host {
  now: number;
  /** Timeouts set and neither fired nor cleared. */
  readonly timeouts: { readonly delay: number; readonly callback: () => void }[];
  /** Fires the only timeout. */
  fire(): void;
}

/** The host's time and timers, moved by the test. */
function fakeHost(context: TestContext): Host {
  const host: Host = {
    now: 1_000,
    timeouts: [],
    fire: () => {
      assert.equal(host.timeouts.length, 1);
      host.timeouts.pop()?.callback();
    },
  };
  context.mock.method(Date, "now", () => host.now);
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
    assert.equal(host.timeouts[0]?.delay, 2 ** 31 - 1);
    host.now += 2 ** 31 - 1;
    host.fire();
    assert.equal(fired, 0);
    assert.equal(host.timeouts[0]?.delay, thirtyDays - (2 ** 31 - 1));
    host.now = 1_000 + thirtyDays;
    host.fire();
    assert.equal(fired, 1);
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
