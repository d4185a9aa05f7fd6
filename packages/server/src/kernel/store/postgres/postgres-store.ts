/**
 * PostgreSQL as the store: the same tables and migrations as the embedded one, a commit group as one transaction of a few
 * statements over arrays and rows to copy, sent in one message.
 *
 * One connection writes, a few others read. What the connections have prepared is theirs, so a pooler that hands them out
 * by the transaction must not stand in between.
 */
import type { SqlValue, TableDefinition } from "../../table.ts";
import { loadPages } from "../load-pages.ts";
import { decodeText } from "../stored-text.ts";
import type { CommitFence, RangeQuery, Store, WriteOperation } from "../store.ts";
import { StoreFault } from "../store-errors.ts";
import { failureOf } from "./failures.ts";
import { batchesOf } from "./group-batches.ts";
import { migrate } from "./migrating.ts";
import { Reader } from "./reader.ts";
import { Attempts } from "./retrying.ts";
import { openSession } from "./session.ts";
import { countQuery, sumQuery, rangeQuery, statementsOf } from "./statements.ts";
import type { Query } from "./statements.ts";
import { isTlsRefusal } from "./tls.ts";
import { Writer } from "./writer.ts";

export interface PostgresOptions {
  /** Connections for reads; one more writes. */
  readonly readConnectionsMax?: number;
  /** How long a commit or a read may take with all its attempts; after that the database counts as unavailable. */
  readonly deadlineMs?: number;
  /** How long the first connection is tried for. */
  readonly startMsMax?: number;
  /** After how long without an answer a connection counts as lost. */
  readonly answerMsMax?: number;
  /** Takes a server that does not sync what it has confirmed. */
  readonly allowUnsafe?: boolean;
  /** What the database's own tools show for the connections; that which writes is called so and "writer". */
  readonly applicationName?: string;
}

const defaults = {
  readConnectionsMax: 4,
  deadlineMs: 60_000,
  startMsMax: 10_000,
  answerMsMax: 20_000,
  allowUnsafe: false,
  applicationName: "tutti",
} as const;

/** A migration may have to go through a table of any size. */
const migrationMsMax = 3_600_000;

export interface PostgresStore extends Store {
  /**
   * One statement of the kernel's own, on a connection for reads, in a transaction of its own; again, when the connection
   * is lost: it must not matter how often it runs. Values are texts, with their type cast in `text`.
   */
  query(text: string, values: readonly string[]): Promise<SqlValue[][]>;
}

/**
 * @param url `postgres://user:password@host:port/database`
 * @throws StoreFault when the server cannot be reached, is too old, read-only, or does not sync to its disk
 */
export async function openPostgresStore(url: string, options: PostgresOptions = {}): Promise<PostgresStore> {
  const chosen = { ...defaults, ...options };
  const place = placeOf(url);
  const session = { ...chosen, url, place };
  const writer = new Writer({ ...session, applicationName: `${chosen.applicationName} writer` });
  await connectFirst(writer, place, chosen.startMsMax);
  const reader = new Reader({ ...session, connectionsMax: chosen.readConnectionsMax });
  const statistics = { statements: 0 };
  const values = (query: Query): Promise<SqlValue[][]> => reader.read((connection) => connection.query(query));
  return {
    description: `PostgreSQL at ${place}`,
    durable: true,
    statistics,
    migrate: (migrations, resident = []) =>
      migrate(
        async () => (await openSession({ ...session, answerMsMax: migrationMsMax })).connection,
        migrations,
        resident,
      ),
    commit: async (operations: readonly WriteOperation[], fence?: CommitFence) => {
      const statements = batchesOf(operations).flatMap((batch) => statementsOf(batch, writer.canCopy));
      statistics.statements += statements.length + (fence === undefined ? 0 : 1);
      await writer.apply(statements, fence);
    },
    load: (table, shards) => loadPages(table, (query) => values(rangeQuery(query, shards)), rowDecoder(table)),
    range: async <Row>(query: RangeQuery<Row>) => {
      const decode = rowDecoder(query.table);
      return (await values(rangeQuery(query))).map(decode);
    },
    count: async <Row>(table: TableDefinition<Row>, equals: readonly SqlValue[]) =>
      Number((await values(countQuery(table, equals)))[0]?.[0] ?? 0),
    sum: async <Row>(table: TableDefinition<Row>, equals: readonly SqlValue[], column: string) =>
      Number((await values(sumQuery(table, equals, column)))[0]?.[0] ?? 0),
    query: (text, given) => values({ text, values: [...given] }),
    close: async () => {
      await Promise.all([writer.close(), reader.close()]);
    },
  };
}

/** Host, port and database of a URL, and nothing that is secret. */
export function placeOf(url: string): string {
  const parsed = URL.parse(url);
  if (parsed === null || !/^postgres(?:ql)?:$/.test(parsed.protocol))
    throw new StoreFault(
      "TUTTI-0101",
      "the store's address is not such as postgres://user:password@host:5432/database",
    );
  const host = parsed.hostname === "" ? (parsed.searchParams.get("host") ?? "localhost") : parsed.hostname;
  return `${host}:${parsed.port === "" ? "5432" : parsed.port}${parsed.pathname}`;
}

/** A server that is only just starting is waited for; one that refuses is not. */
async function connectFirst(writer: Writer, place: string, startMsMax: number): Promise<void> {
  const attempts = new Attempts(startMsMax);
  const forever = new AbortController().signal;
  for (;;) {
    try {
      return await writer.connect();
    } catch (error) {
      if (error instanceof StoreFault) throw error;
      if (failureOf(error) === "lost" && !isTlsRefusal(error) && !attempts.isOver) {
        await attempts.pause(forever);
        continue;
      }
      const reason = error instanceof Error ? error.message : String(error);
      throw new StoreFault("TUTTI-0101", `the database ${place} cannot be reached: ${reason}`);
    }
  }
}

function rowDecoder<Row>(table: TableDefinition<Row>): (values: readonly SqlValue[]) => Row {
  const textPlaces = [...table.columnTypes.keys()].filter((place) => table.columnTypes[place] === "text");
  return (values) => {
    const decoded = [...values];
    for (const place of textPlaces) {
      const value = decoded[place];
      if (typeof value === "string") decoded[place] = decodeText(value);
    }
    return table.decode(decoded);
  };
}
