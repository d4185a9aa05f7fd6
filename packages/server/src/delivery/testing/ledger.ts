/** A service for the tests of hops: resources that note what others tell them, and what became of what they told. */
import type { Call } from "../../kernel/call.ts";
import type { Module } from "../../kernel/kernel.ts";
import type { Operation } from "../../kernel/operation.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import { ShardMap } from "../../kernel/shards.ts";
import { defineTable } from "../../kernel/table.ts";
import type { TableDefinition } from "../../kernel/table.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import type { HopOutcome } from "../hop-values.ts";
import type { OperationTable } from "../operation-registry.ts";
import type { HopNode } from "./hop-network.ts";

/** Something a resource was told. */
export interface NoteRow {
  readonly shard: number;
  readonly arn: string;
  readonly place: number;
  readonly text: string;
}

export const notesTable = defineTable<NoteRow>({
  name: "test_notes",
  residency: "resident",
  columns: { shard: "integer", arn: "text", place: "integer", text: "text" },
  key: ["arn", "place"],
  indexes: { by_arn: ["arn", "place"] },
});

/** Something a resource told another, and how that ended. */
export interface ToldRow {
  readonly shard: number;
  readonly text: string;
  readonly target: string;
  readonly outcome: string | null;
  /** How often its outcome came. */
  readonly replies: number;
}

export const toldTable = defineTable<ToldRow>({
  name: "test_told",
  residency: "resident",
  columns: { shard: "integer", text: "text", target: "text", outcome: "text", replies: "integer" },
  key: ["text"],
});

export interface Telling {
  readonly source: string;
  readonly target: string;
  /** Unique. */
  readonly text: string;
  /** Of the target; `Note` when absent. */
  readonly operation?: string;
}

export const identity = { account: "000000000000", region: "us-east-1", requestId: "request" };

export const call: Call = {
  ...identity,
  accessKeyId: undefined,
  baseUrl: "http://localhost",
  protocol: "json",
  path: "/",
  sourceAddress: undefined,
  signal: undefined,
  header: () => undefined,
};

export function ledger({ kernel, hops, registry }: Pick<HopNode, "kernel" | "hops" | "registry">): readonly Module[] {
  const ended = (tx: Transaction, text: string, outcome: HopOutcome): void => {
    const replies = (tx.get(toldTable, text)?.replies ?? 0) + 1;
    tx.update(toldTable, [text], { outcome: shown(outcome), replies });
  };
  hops.onReply("ledger", (tx, context, outcome) => ended(tx, context as string, outcome));
  const telling: Operation<Telling, string> = {
    target: ({ source }) => source,
    decide(tx, { source, target, text, operation = "Note" }) {
      tx.insert(toldTable, { shard: kernel.shards.of(source), text, target, outcome: null, replies: 0 });
      const input = { target, text, bytes: new Uint8Array([0, 255]), $at: new Date(5) };
      const outcome = hops.send(tx, {
        source,
        target,
        service: "ledger",
        operation,
        input,
        identity,
        reply: { kind: "ledger", context: text },
      });
      if (outcome === "pending") return "pending";
      ended(tx, text, outcome);
      return "now";
    },
  };
  const note = (tx: Transaction, given: unknown): { place: number } => {
    const { target, text } = given as Telling;
    const place = [...tx.scan(notesTable, "by_arn", [target])].length + 1;
    tx.insert(notesTable, { shard: kernel.shards.of(target), arn: target, place, text });
    return { place };
  };
  const operations: OperationTable = {
    Tell: telling,
    Note: { decide: note },
    /** Reads from the store first, as an operation does that asks for a name. */
    NoteAfterReading: { load: (reader) => reader.count(notesTable, ["none"]), decide: note },
    Echo: { decide: (_tx, input) => input },
    Refuse: {
      decide(tx, input) {
        note(tx, input);
        throw new ServiceError("Full", "There is no room.", { status: 403, members: { room: 0 } });
      },
    },
    Break: {
      decide(tx, input) {
        note(tx, input);
        throw new TypeError("a mistake");
      },
    },
  };
  registry.register("ledger", operations, (operation, input) => {
    const { text } = input as Telling;
    if (operation === "Note" && text === "") throw new ServiceError("InvalidText", "Text must not be empty.");
  });
  return [{ tables: [notesTable, toldTable] as unknown as readonly TableDefinition<never>[], migrations: [] }];
}

function shown(outcome: HopOutcome): string {
  return outcome.kind === "done" ? JSON.stringify(outcome.output) : `${outcome.error.code}: ${outcome.error.message}`;
}

/** Asks the owner of the source to tell; resolves when that is durable. */
export async function tell(node: HopNode, telling: Telling): Promise<unknown> {
  const operation = node.registry.find("ledger", "Tell");
  if (operation === undefined) throw new Error("no operation Tell");
  return node.kernel.execute(operation, telling, call);
}

/** An ARN of each shard. */
export function arnsByShard(shardCount: number): readonly string[] {
  const shards = new ShardMap(shardCount);
  const arns: string[] = [];
  for (let number = 0; arns.filter((arn) => arn !== undefined).length < shardCount; number += 1) {
    const arn = `arn:aws:ledger:us-east-1:000000000000:${number}`;
    arns[shards.of(arn)] ??= arn;
  }
  return arns;
}

/** What a resource was told, in order, as its owner knows it. */
export function notes(node: HopNode, arn: string): string[] {
  return node.kernel.transact((tx) => [...tx.scan(notesTable, "by_arn", [arn])].map(({ text }) => text));
}

export function told(node: HopNode, text: string): ToldRow | undefined {
  return node.kernel.resident(toldTable).get(text);
}
