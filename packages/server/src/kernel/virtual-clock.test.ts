import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { turns } from "./testing/fixtures.ts";
import { VirtualClock } from "./virtual-clock.ts";

const nothing = async (): Promise<void> => undefined;

/** A clock at 1000 whose deadlines write their name and the time at which they came into `fired`. */
function clockWithLog(): { clock: VirtualClock; fired: string[]; set: (name: string, at: number) => void } {
  const clock = new VirtualClock(1_000);
  const fired: string[] = [];
  const set = (name: string, at: number): void => void clock.at(at, () => fired.push(`${name} ${clock.now()}`));
  return { clock, fired, set };
}

describe("advanceTo", () => {
  test("steps from deadline to deadline, ties in the order they were set, and ends at its target", async () => {
    const { clock, fired, set } = clockWithLog();
    for (const [name, at] of [
      ["c", 1_300],
      ["b1", 1_200],
      ["a", 1_100],
      ["b2", 1_200],
      ["late", 1_501],
    ] as const) {
      set(name, at);
    }
    await clock.advanceTo(1_500, nothing);
    assert.deepEqual(fired, ["a 1100", "b1 1200", "b2 1200", "c 1300"]);
    assert.equal(clock.now(), 1_500);
    assert.equal(clock.nextDeadline(), 1_501);
  });

  test("fires a deadline that is due exactly at the target, once", async () => {
    const { clock, fired, set } = clockWithLog();
    set("now", 1_500);
    await clock.advanceTo(1_499, nothing);
    assert.deepEqual(fired, []);
    await clock.advanceTo(1_500, nothing);
    await clock.advanceTo(2_000, nothing);
    assert.deepEqual(fired, ["now 1500"]);
  });

  test("does not jump past a deadline that an earlier one sets", async () => {
    const { clock, fired, set } = clockWithLog();
    clock.at(1_100, () => set("between", 1_150));
    set("next", 1_200);
    await clock.advanceTo(2_000, nothing);
    assert.deepEqual(fired, ["between 1150", "next 1200"]);
  });

  test("does not jump past a deadline that is set while the server comes to rest", async () => {
    const { clock, fired, set } = clockWithLog();
    let todo = (): void => undefined;
    clock.at(1_100, () => (todo = () => set("caused", clock.now() + 10)));
    set("next", 1_200);
    await clock.advanceTo(2_000, async () => {
      await turns(2);
      const act = todo;
      todo = () => undefined;
      act();
    });
    assert.deepEqual(fired, ["caused 1110", "next 1200"]);
  });

  test("a deadline that fires at the same moment it is set comes after those that wait already", async () => {
    const { clock, fired, set } = clockWithLog();
    clock.at(1_100, () => set("again", 1_100));
    set("second", 1_100);
    await clock.advanceTo(1_100, nothing);
    assert.deepEqual(fired, ["second 1100", "again 1100"]);
  });

  test("a deadline in the past fires at once, without turning time back", async () => {
    const { clock, fired, set } = clockWithLog();
    set("past", 10);
    assert.deepEqual(fired, []);
    await clock.advanceTo(1_000, nothing);
    assert.deepEqual(fired, ["past 1000"]);
    await clock.advanceTo(500, nothing);
    assert.equal(clock.now(), 1_000);
  });

  test("a cancelled deadline never fires, nor does one that an earlier one cancels", async () => {
    const { clock, fired, set } = clockWithLog();
    const first = clock.at(1_100, () => fired.push("cancelled"));
    const second = clock.at(1_300, () => fired.push("cancelled"));
    first.cancel();
    first.cancel();
    clock.at(1_200, () => second.cancel());
    set("kept", 1_400);
    await clock.advanceTo(2_000, nothing);
    assert.deepEqual(fired, ["kept 1400"]);
  });

  test("advances that overlap run one after the other", async () => {
    const { clock, fired, set } = clockWithLog();
    set("a", 1_100);
    set("b", 1_600);
    const slow = (): Promise<void> => turns(3);
    await Promise.all([clock.advanceTo(1_500, slow), clock.advanceTo(2_000, slow)]);
    assert.deepEqual(fired, ["a 1100", "b 1600"]);
    assert.equal(clock.now(), 2_000);
  });

  test("one that fails says so, stays where it failed, and does not keep the next from running", async () => {
    const { clock, fired, set } = clockWithLog();
    clock.at(1_100, () => {
      throw new Error("broken");
    });
    set("after", 1_200);
    await assert.rejects(clock.advanceTo(2_000, nothing), /broken/);
    assert.equal(clock.now(), 1_100);
    await clock.advanceTo(2_000, nothing);
    assert.deepEqual(fired, ["after 1200"]);
  });
});

test("time stands still by itself, and soon passes none", async () => {
  const clock = new VirtualClock(1_000);
  await new Promise<void>((resolve) => clock.soon(resolve));
  assert.equal(clock.now(), 1_000);
});

test("a start from stored state only goes forward and fires nothing", () => {
  const { clock, fired, set } = clockWithLog();
  set("old", 1_500);
  clock.startAt(900);
  assert.equal(clock.now(), 1_000);
  clock.startAt(2_000);
  assert.equal(clock.now(), 2_000);
  assert.deepEqual(fired, []);
});
