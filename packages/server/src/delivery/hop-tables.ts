/**
 * The rows of hops. In the source's shard: the hops that are not settled yet, and how far their numbers are given. In the
 * target's shard: what was decided, until the source is known to have it, and below which number that is so.
 */
import type { Migration } from "../kernel/store/migration.ts";
import { defineTable } from "../kernel/table.ts";
import type { HopIdentity } from "./operation-registry.ts";

/** What is to be done at the source when the outcome is known. */
export interface HopReply {
  /** Names the handler; see `Hops.onReply`. */
  readonly kind: string;
  /** For the handler; plain JSON. */
  readonly context: unknown;
}

export interface HopRow {
  /** The source's. */
  readonly shard: number;
  /** Grows with every hop of the shard; none is given twice. */
  readonly number: number;
  readonly target: string;
  readonly service: string;
  readonly operation: string;
  /** Sealed; see `hop-seal.ts`. */
  readonly input: string;
  readonly identity: HopIdentity;
  readonly reply: HopReply | null;
}

export const hopsTable = defineTable<HopRow>({
  name: "delivery_hops",
  residency: "resident",
  columns: {
    shard: "integer",
    number: "integer",
    target: "text",
    service: "text",
    operation: "text",
    input: "text",
    identity: "json",
    reply: "json",
  },
  key: ["shard", "number"],
});

/** Numbers up to `reservedTo` may have been given. A new owner of the shard goes on behind it. */
export interface HopNumbersRow {
  readonly shard: number;
  readonly reservedTo: number;
  /** What the shard's hops are sealed with; base64. Null in a row of before that was so. */
  readonly secret: string | null;
}

export const hopNumbersTable = defineTable<HopNumbersRow>({
  name: "delivery_hop_numbers",
  residency: "resident",
  columns: { shard: "integer", reservedTo: "integer", secret: "text" },
  key: ["shard"],
});

export interface DecidedHopRow {
  /** The target's. */
  readonly shard: number;
  readonly sourceShard: number;
  readonly number: number;
  readonly outcome: string;
}

export const decidedHopsTable = defineTable<DecidedHopRow>({
  name: "delivery_decided_hops",
  residency: "resident",
  columns: { shard: "integer", sourceShard: "integer", number: "integer", outcome: "text" },
  key: ["shard", "sourceShard", "number"],
  indexes: { by_source: ["shard", "sourceShard", "number"] },
});

/** A hop with a smaller number than `below` that still comes is a belated repetition. */
export interface SettledHopsRow {
  /** The target's. */
  readonly shard: number;
  readonly sourceShard: number;
  readonly below: number;
}

export const settledHopsTable = defineTable<SettledHopsRow>({
  name: "delivery_settled_hops",
  residency: "resident",
  columns: { shard: "integer", sourceShard: "integer", below: "integer" },
  key: ["shard", "sourceShard"],
});

export const hopMigrations: readonly Migration[] = [
  {
    module: "delivery-hops",
    number: 1,
    statements: [
      `CREATE TABLE delivery_hops (shard integer NOT NULL, number bigint NOT NULL, target text NOT NULL, service text NOT NULL,
        operation text NOT NULL, input text NOT NULL, identity text NOT NULL, reply text, PRIMARY KEY (shard, number))`,
      "CREATE TABLE delivery_hop_numbers (shard integer NOT NULL PRIMARY KEY, reservedTo bigint NOT NULL)",
      `CREATE TABLE delivery_decided_hops (shard integer NOT NULL, sourceShard integer NOT NULL, number bigint NOT NULL,
        outcome text NOT NULL, PRIMARY KEY (shard, sourceShard, number))`,
      `CREATE TABLE delivery_settled_hops (shard integer NOT NULL, sourceShard integer NOT NULL, below bigint NOT NULL,
        PRIMARY KEY (shard, sourceShard))`,
    ],
  },
  {
    module: "delivery-hops",
    number: 2,
    statements: ["ALTER TABLE delivery_hop_numbers ADD COLUMN secret text"],
  },
];
