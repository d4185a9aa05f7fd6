/**
 * Seeded runs of several nodes: messages between them are lost, late and repeated, nodes die at any moment, with or
 * without the commit that is under way, and others take their shards over. Afterwards every acknowledged hop has taken
 * effect once, has had one reply, and stands where its order of sending puts it.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../kernel/random.ts";
import { ServiceError } from "../kernel/service-error.ts";
import { turn } from "../kernel/testing/fixtures.ts";
import { decidedHopsTable, hopsTable } from "./hop-tables.ts";
import { HopNetwork } from "./testing/hop-network.ts";
import type { Fate } from "./testing/hop-network.ts";
import { arnsByShard, ledger, notesTable, tell, toldTable } from "./testing/ledger.ts";
import type { NoteRow, ToldRow } from "./testing/ledger.ts";

const shardCount = 6;
const arns = arnsByShard(shardCount);
const operations = ["Note", "Note", "Note", "NoteAfterReading", "Refuse"];
const steps = 150;

class Run {
  readonly random: SeededRandom;
  readonly net: HopNetwork;
  readonly acknowledged = new Set<string>();
  deaths = 0;
  #told = 0;
  #nodes = 0;

  constructor(seed: number) {
    this.random = new SeededRandom(seed);
    this.net = new HopNetwork({ random: this.random, shardCount, services: ledger });
  }

  async play(): Promise<void> {
    await this.#startMissing();
    this.net.fate = () => this.#fate();
    for (let step = 0; step < steps; step += 1) {
      for (let client = this.random.below(5); client > 0; client -= 1) this.#tell();
      if (this.random.below(8) === 0) this.#kill();
      if (this.random.below(6) === 0) await this.#startMissing();
      await this.net.advance(this.random.below(400));
    }
    this.net.fate = () => ({ delayMs: 1 });
    // Whoever is yet to die does.
    await this.net.advance(400);
    await this.#startMissing();
    for (let round = 0; round < 20; round += 1) await this.net.advance(1_000);
  }

  #fate(): Fate {
    const { random } = this;
    return {
      delayMs: random.below(2) === 0 ? 0 : random.below(random.below(2) === 0 ? 3_000 : 20),
      isLost: random.below(6) === 0,
      ...(random.below(6) === 0 && { againAfterMs: random.below(20_000) }),
    };
  }

  #tell(): void {
    const source = arns[this.random.below(shardCount)] ?? "";
    const target = arns[this.random.below(shardCount)] ?? "";
    const operation = operations[this.random.below(operations.length)] ?? "Note";
    const node = this.net.ownerOf(arns.indexOf(source));
    if (node === undefined) return;
    this.#told += 1;
    const text = `${operation} ${this.#told}`;
    // A node that dies never answers.
    tell(node, { source, target, text, operation }).then(
      () => this.acknowledged.add(text),
      (error: unknown) => assert.ok(!(error instanceof ServiceError), String(error)),
    );
  }

  #kill(): void {
    const names = [...this.net.nodes.keys()];
    const name = names[this.random.below(names.length)];
    if (name === undefined) return;
    const { clock } = this.net;
    clock.at(clock.now() + this.random.below(400), () => void this.#killSoon(name));
  }

  /** At some point of what is going on at this moment. */
  async #killSoon(name: string): Promise<void> {
    for (let turns = this.random.below(8); turns > 0; turns -= 1) await turn();
    if (!this.net.nodes.has(name)) return;
    this.deaths += 1;
    this.net.kill(name, this.random.below(2) === 0);
  }

  /** Gives the shards nobody owns to one or two new nodes. */
  async #startMissing(): Promise<void> {
    const missing = arns.map((_, shard) => shard).filter((shard) => this.net.ownerOf(shard) === undefined);
    const cut = this.random.below(missing.length + 1);
    for (const shards of [missing.slice(0, cut), missing.slice(cut)]) {
      if (shards.length === 0) continue;
      this.#nodes += 1;
      await this.net.start(`node-${this.#nodes}`, shards);
    }
  }
}

async function check(run: Run): Promise<void> {
  const { disk, nodes } = run.net;
  assert.deepEqual(await disk.load(hopsTable), [], "every hop is settled");
  const told = await disk.load<ToldRow>(toldTable);
  const notes = await disk.load<NoteRow>(notesTable);
  const texts = new Map(told.map((row) => [row.text, row]));
  for (const text of run.acknowledged) assert.ok(texts.has(text), `${text} was acknowledged and is lost`);
  for (const { text, outcome, replies } of told) {
    assert.equal(replies, 1, `${text} has had ${replies} replies`);
    assert.match(outcome ?? "", text.startsWith("Refuse") ? /^Full/ : /^\{"place":\d+\}$/, text);
  }
  const noted = notes.map(({ text }) => text);
  const expected = told.map(({ text }) => text).filter((text) => !text.startsWith("Refuse"));
  assert.deepEqual(noted.toSorted(), expected.toSorted(), "each took effect once");
  for (const { text, arn } of notes) assert.equal(texts.get(text)?.target, arn);
  // Texts are numbered in the order of telling; those of one source to one target must stand in that order.
  const last = new Map<string, number>();
  for (const { arn, text } of notes) {
    const pair = `${texts.get(text)?.shard} ${arn}`;
    const number = Number(text.split(" ")[1]);
    assert.ok(number > (last.get(pair) ?? 0), `${text} stands behind a later one`);
    last.set(pair, number);
  }
  for (const { errors } of nodes.values()) assert.deepEqual(errors, []);
}

for (let seed = 1; seed <= Number(process.env["TUTTI_HOP_SEEDS"] ?? 12); seed += 1) {
  test(`seed ${seed}: once, in order, whatever is lost and whoever dies`, async () => {
    const run = new Run(seed);
    await run.play();
    await check(run);
    const decided = await run.net.disk.load(decidedHopsTable);
    assert.ok(run.deaths > 2 && run.acknowledged.size > 50, `${run.deaths} deaths`);
    assert.ok(decided.length < 300, `${decided.length} outcomes are still remembered`);
    await run.net.stop();
  });
}
