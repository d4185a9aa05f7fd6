import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../kernel/random.ts";
import { BodyBudget } from "./body-budget.ts";
import type { BodyRoom } from "./body-budget.ts";

/** A budget of 100 bytes, the names of claims that waited and are held now, and a way to claim. */
function hundred() {
  const budget = new BodyBudget({ bytesMax: 100, smallBytesMax: 1 });
  const told: string[] = [];
  return { budget, told, claim: (name: string, bytes: number) => budget.claim(bytes, () => void told.push(name)) };
}

test("there is room until there is none; then claims wait, in order, and none is passed by", () => {
  const { budget, told, claim } = hundred();
  const [a, b] = [claim("a", 60), claim("b", 40)];
  assert.deepEqual([a.state, b.state, budget.heldBytes], ["held", "held", 100]);
  const [c, d] = [claim("c", 50), claim("d", 1)];
  b.giveBack();
  assert.deepEqual([told, budget.heldBytes, budget.waitingCount], [[], 60, 2]);
  assert.equal(claim("e", 1).state, "waiting");
  a.giveBack();
  assert.deepEqual([told, budget.heldBytes], [["c", "d", "e"], 52]);
  assert.deepEqual([c.state, d.state, a.state], ["held", "held", "over"]);
});

test("what is given back twice counts once, and what is not needed can go before", () => {
  const { budget, told, claim } = hundred();
  const a = claim("a", 100);
  claim("b", 30);
  a.keep(80);
  a.keep(90);
  assert.deepEqual([told, budget.heldBytes], [[], 80]);
  a.keep(70);
  assert.deepEqual([told, budget.heldBytes], [["b"], 100]);
  a.giveBack();
  a.giveBack();
  a.keep(0);
  assert.equal(budget.heldBytes, 30);
});

test("a claim for more than there is gets all of it, when nobody else has any", () => {
  const { budget, told, claim } = hundred();
  const a = claim("a", 1);
  const large = claim("large", 1_000);
  claim("c", 1);
  assert.equal(large.state, "waiting");
  a.giveBack();
  assert.deepEqual([told, budget.heldBytes], [["large"], 100]);
  large.giveBack();
  assert.deepEqual([told, budget.heldBytes], [["large", "c"], 1]);
});

test("who gives up waiting is not told, and no longer in the way of others", () => {
  const { budget, told, claim } = hundred();
  claim("a", 50);
  const large = claim("large", 100);
  large.keep(0);
  claim("c", 50);
  large.giveBack();
  assert.deepEqual([told, large.state, budget.heldBytes, budget.waitingCount], [["c"], "over", 100, 0]);
});

test("who is told may give back on the spot", () => {
  const { budget, told, claim } = hundred();
  const a = claim("a", 100);
  const fleeting = [1, 2, 3].map((number) => {
    const room: BodyRoom = budget.claim(100, () => {
      told.push(String(number));
      room.giveBack();
    });
    return room;
  });
  a.giveBack();
  assert.deepEqual([told, budget.heldBytes, budget.waitingCount], [["1", "2", "3"], 0, 0]);
  assert.deepEqual(
    fleeting.map(({ state }) => state),
    ["over", "over", "over"],
  );
});

test("whatever comes and goes, no more is held than there is, somebody holds while others wait, and zero is left", () => {
  const random = new SeededRandom(7);
  const { budget } = hundred();
  let rooms: BodyRoom[] = [];
  const gone = new Set<BodyRoom>();
  for (let round = 0; round < 20_000; round += 1) {
    const room = rooms[random.below(rooms.length + 1)];
    if (room === undefined || random.random() < 0.4) {
      const claimed: BodyRoom = budget.claim(1 + random.below(150), () => {
        assert.ok(!gone.has(claimed));
      });
      rooms.push(claimed);
    } else if (random.random() < 0.2) room.keep(random.below(100));
    else {
      rooms = rooms.filter((other) => other !== room);
      gone.add(room);
      room.giveBack();
    }
    const held = rooms.filter(({ state }) => state === "held");
    assert.equal(
      budget.heldBytes,
      held.reduce((sum, { bytes }) => sum + bytes, 0),
    );
    assert.ok(budget.heldBytes <= 100);
    assert.equal(budget.waitingCount, rooms.length - held.length);
    assert.ok(budget.waitingCount === 0 || held.length > 0);
  }
  for (const room of rooms) room.giveBack();
  assert.deepEqual([budget.heldBytes, budget.waitingCount], [0, 0]);
});
