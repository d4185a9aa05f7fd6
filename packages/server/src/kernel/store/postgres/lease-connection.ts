/**
 * A connection for leases: one transaction after another, each within a time of its own. A lost connection is opened
 * anew by the next; a transaction that the server rolled back because of another one is made again.
 */
import type { SqlValue } from "../../table.ts";
import { StaleOwnerError, StoreUnavailableError } from "../store-errors.ts";
import type { Connection } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { openSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

/** Runs one statement. Values are texts, with their type cast in the statement. */
export type Run = (text: string, ...values: (string | number)[]) => Promise<SqlValue[][]>;

const attemptsMax = 5;

/** A refusal of ours, not the server's: the transaction is rolled back and the error goes to the caller as it is. */
export class Refused extends Error {
  readonly reason: Error;

  constructor(reason: Error) {
    super(reason.message);
    this.reason = reason;
  }
}

export class LeaseConnection {
  readonly #options: SessionOptions;
  #connection: Connection | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** @throws StaleOwnerError or what `Refused` carries; StoreUnavailableError when it is not known what happened */
  transaction<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    return this.#inTurn(() => this.#transaction(work));
  }

  /**
   * One statement, a transaction by itself: the rows it changes are held for as long as the server takes, and not until this
   * process has read an answer and said COMMIT, which on a busy node takes longer than a commit group.
   * @throws as `transaction`
   */
  readonly statement: Run = (text, ...values) => this.#inTurn(() => this.#statement(text, values));

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
    await this.#connection?.close();
  }

  #inTurn<Result>(once: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(() => this.#attempts(once));
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #attempts<Result>(once: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await once();
      } catch (error) {
        if (error instanceof Refused) throw error.reason;
        const failure = failureOf(error);
        if (failure === "again" && attempt < attemptsMax) continue;
        if (failure === "refused") throw error;
        const reason = error instanceof Error ? error.message : String(error);
        throw new StoreUnavailableError(`the database ${this.#options.place} did not answer: ${reason}`, {
          cause: error,
        });
      }
    }
  }

  async #statement(text: string, values: readonly (string | number)[]): Promise<SqlValue[][]> {
    const connection = await this.#connect();
    return connection.query({ text, values: values.map(String) });
  }

  async #transaction<Result>(work: (run: Run) => Promise<Result>): Promise<Result> {
    const connection = await this.#connect();
    try {
      await connection.execute("BEGIN");
      const result = await work((text, ...values) => connection.query({ text, values: values.map(String) }));
      await connection.execute("COMMIT");
      return result;
    } catch (error) {
      if (error instanceof Refused && !connection.isBroken) await connection.execute("ROLLBACK");
      // What is open on it would be a guess.
      else connection.fail();
      throw error;
    }
  }

  async #connect(): Promise<Connection> {
    if (this.#isClosed) throw new Refused(new StoreUnavailableError("the leases are closed"));
    if (this.#connection !== undefined && !this.#connection.isBroken) return this.#connection;
    const { connection, facts } = await openSession(this.#options);
    // A node that is stopped in the middle must not keep its row from those that want to remove it.
    const idleMs = Math.ceil(this.#options.answerMsMax / 2);
    if (facts.isPostgresql) await connection.execute(`SET idle_in_transaction_session_timeout = ${idleMs}`);
    this.#connection = connection;
    return connection;
  }
}

/** Holds the member's row until the transaction ends: nobody removes it meanwhile. */
export async function holdMember(run: Run, nodeId: string, incarnation: number): Promise<void> {
  const text =
    "UPDATE kernel_nodes SET committed = committed WHERE id = $1::text AND incarnation = $2::bigint RETURNING id";
  if ((await run(text, nodeId, incarnation)).length === 0)
    throw new Refused(new StaleOwnerError(`node ${nodeId}, incarnation ${incarnation}, was removed`));
}
