/**
 * Applies commit groups, one after another, over one connection.
 *
 *     open ── apply ──▶ done
 *      ▲        │ lost: applied or not?
 *      └────────┘ ask the fence's row over a new connection, apply again when it was not
 *
 * A group that was sent over a connection that broke may still be applied by the server's process at the other end. That
 * process is ended first; then the fence's row says how far this writer's groups have come. A late copy of the group that
 * comes through all the same does not pass the fence a second time. Without a fence nobody can tell: the writer gives up.
 */
import { StaleOwnerError, StoreUnavailableError } from "../store-errors.ts";
import type { CommitFence } from "../store.ts";
import type { Connection } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { Attempts } from "./retrying.ts";
import { openSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";
import { fenceStatement } from "./statements.ts";
import type { Statement } from "./statements.ts";
import { runTransaction } from "./transaction-message.ts";

/** A server's process: its number, and its start, for numbers are used again. */
type ServerProcess = readonly [id: string, startedAt: string];

export interface WriterOptions extends SessionOptions {
  /** How long a group may take with all its attempts. */
  readonly deadlineMs: number;
}

export class Writer {
  readonly #options: WriterOptions;
  readonly #closing = new AbortController();
  #connection: Connection | undefined;
  #process: ServerProcess | undefined;
  #isPostgresql = false;
  #latest: Promise<void> = Promise.resolve();

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Opens the connection before there is something to write. @throws what `openSession` throws */
  async connect(): Promise<void> {
    await this.#connect();
  }

  /**
   * Whether `apply` takes statements with rows to copy. Of PostgreSQL itself it is known; others may know COPY only by
   * itself, not among other statements of one message.
   */
  get canCopy(): boolean {
    return this.#isPostgresql;
  }

  /**
   * Applies a group once those given before it have ended in one way or another.
   * @throws StaleOwnerError when the fence does not hold, StoreUnavailableError when the deadline has passed or nobody can
   * tell whether the group was applied, the server's error when it refuses the group
   */
  apply(statements: readonly Statement[], fence: CommitFence | undefined): Promise<void> {
    const applied = this.#latest.then(() => this.#apply(statements, fence));
    this.#latest = applied.catch(() => undefined);
    return applied;
  }

  /** Lets the group under way end, and tries none again. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#latest;
    await this.#connection?.close();
  }

  async #apply(statements: readonly Statement[], fence: CommitFence | undefined): Promise<void> {
    if (this.#closing.signal.aborted) throw new StoreUnavailableError("the store is closed");
    const attempts = new Attempts(this.#options.deadlineMs);
    const fenced = fence === undefined ? statements : [fenceStatement(fence), ...statements];
    let mayBeApplied = false;
    for (;;) {
      let isSent = false;
      try {
        const connection = await this.#connect();
        if (mayBeApplied && fence !== undefined && (await isApplied(connection, fence))) return;
        isSent = true;
        await runTransaction(connection, fenced);
        return;
      } catch (error) {
        if (error instanceof StaleOwnerError) throw error;
        const failure = failureOf(error);
        if (failure === "refused") throw error;
        // What does not pass the fence is not the owner's, or is here already; it can be only when it was sent before.
        if (failure === "fenced" && !mayBeApplied) throw staleOwner(fence);
        if (isSent && failure === "lost") mayBeApplied = true;
        if (mayBeApplied && fence === undefined)
          throw new StoreUnavailableError(this.#message("was lost while a commit was under way", error), {
            cause: error,
          });
        if (this.#closing.signal.aborted || attempts.isOver)
          throw new StoreUnavailableError(this.#message("did not take a commit in time", error), { cause: error });
        if (failure !== "fenced") await attempts.pause(this.#closing.signal);
      }
    }
  }

  async #connect(): Promise<Connection> {
    if (this.#connection !== undefined && !this.#connection.isBroken) return this.#connection;
    this.#connection = undefined;
    const { connection, facts } = await openSession(this.#options);
    try {
      if (facts.isPostgresql) {
        if (this.#process !== undefined) await connection.query(endProcess(this.#process));
        const [own] = await connection.query(ownProcess);
        this.#process = [String(own?.[0]), String(own?.[1])];
      }
    } catch (error) {
      connection.fail();
      throw error;
    }
    this.#isPostgresql = facts.isPostgresql;
    this.#connection = connection;
    return connection;
  }

  #message(what: string, error: unknown): string {
    const reason = error instanceof Error ? error.message : String(error);
    return `TUTTI-0105: the database ${this.#options.place} ${what}: ${reason}`;
  }
}

const ownProcess = {
  text: "SELECT pid, backend_start::text FROM pg_stat_activity WHERE pid = pg_backend_pid()",
  values: [],
};

function endProcess([id, startedAt]: ServerProcess): { text: string; values: string[] } {
  return {
    text: "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE pid = $1::integer AND backend_start = $2::timestamptz",
    values: [id, startedAt],
  };
}

/** Waits for what still holds the fence's row. */
async function isApplied(connection: Connection, { nodeId, incarnation, sequence }: CommitFence): Promise<boolean> {
  const [row] = await connection.query({
    text: "SELECT committed FROM kernel_nodes WHERE id = $1::text AND incarnation = $2::bigint FOR UPDATE",
    values: [nodeId, String(incarnation)],
  });
  if (row === undefined) throw staleOwner({ nodeId, incarnation, sequence });
  return Number(row[0]) >= sequence;
}

function staleOwner(fence: CommitFence | undefined): StaleOwnerError {
  return new StaleOwnerError(
    `node ${fence?.nodeId}, incarnation ${fence?.incarnation}, is not the owner any more, or has used ${fence?.sequence} before`,
  );
}
