import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseMoves } from "./fair-share.ts";
import type { Situation } from "./fair-share.ts";
import type { ClusterView } from "./leases.ts";

/** @param owners one letter a shard, "." for free */
function view(nodes: string, owners: string): ClusterView {
  return {
    nodes: [...nodes].map((id) => ({ id, address: "", version: "", incarnation: 1, leaseLeftMs: 1, committed: 0 })),
    shards: [...owners].map((owner, shard) => ({ shard, owner: owner === "." ? undefined : owner, epoch: 0 })),
  };
}

function moves(nodes: string, owners: string, self: string, change: Partial<Situation> = {}) {
  const held = new Set([...owners].keys().filter((shard) => owners[shard] === self));
  return chooseMoves({ view: view(nodes, owners), self, held, overdue: new Set(), ...change });
}

const nothing = { give: [], take: [], adopt: [] };

test("one node takes everything", () => {
  assert.deepEqual(moves("a", "....", "a"), { ...nothing, take: [0, 1, 2, 3] });
});

test("who has more than the share, rounded up, gives the rest; who has less takes what is free, up to the share", () => {
  assert.deepEqual(moves("abc", "aaaaaaaa", "a").give, [3, 4, 5, 6, 7]);
  assert.deepEqual(moves("abc", "aaa.....", "b").take.length, 3);
  assert.deepEqual(moves("abc", "aaabb...", "b").take.length, 1);
  assert.deepEqual(moves("abc", "aaabb...", "a"), nothing);
});

test("at the share nothing moves, also where it does not divide", () => {
  for (const self of "abc") assert.deepEqual(moves("abc", "aaabbbcc", self), nothing);
});

test("nodes that look at once begin at different shards", () => {
  const [a, b] = ["a", "b"].map((self) => moves("ab", "........", self).take);
  assert.deepEqual(new Set([...(a ?? []), ...(b ?? [])]).size, 8);
});

test("what nobody has taken for long is taken over the share", () => {
  assert.deepEqual(moves("ab", "aa..", "a", { overdue: new Set([3]) }), { ...nothing, take: [3] });
});

test("what is this node's without its knowing is adopted; it is never given unheld", () => {
  assert.deepEqual(moves("ab", "aab.", "a", { held: new Set([0]) }).adopt, [1]);
  assert.deepEqual(moves("ab", "aaaa", "a", { held: new Set([0]) }), { give: [], take: [], adopt: [1, 2, 3] });
});
