/** Reads over a few connections, so that they hold up neither each other nor the writer. A lost one is replaced. */
import { StoreUnavailableError } from "../store-errors.ts";
import type { Connection } from "./connection.ts";
import { failureOf } from "./failures.ts";
import { Attempts } from "./retrying.ts";
import { openSession } from "./session.ts";
import type { SessionOptions } from "./session.ts";

export interface ReaderOptions extends SessionOptions {
  /** How long a read may take with all its attempts. */
  readonly deadlineMs: number;
  /** Connections for reads. */
  readonly connectionsMax: number;
}

export class Reader {
  readonly #options: ReaderOptions;
  readonly #closing = new AbortController();
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  #lent = 0;

  constructor(options: ReaderOptions) {
    this.#options = options;
  }

  /**
   * Runs `read` on a connection that is its own meanwhile, and again on another when that one is lost: it must not matter
   * how often it runs.
   * @throws StoreUnavailableError when the deadline has passed, the server's error when it refuses
   */
  async read<Result>(read: (connection: Connection) => Promise<Result>): Promise<Result> {
    const attempts = new Attempts(this.#options.deadlineMs);
    for (;;) {
      try {
        return await this.#lend(read);
      } catch (error) {
        if (failureOf(error) === "refused") throw error;
        if (this.#closing.signal.aborted || attempts.isOver) {
          const reason = error instanceof Error ? error.message : String(error);
          const message = `TUTTI-0105: the database ${this.#options.place} did not answer a read in time: ${reason}`;
          throw new StoreUnavailableError(message, { cause: error });
        }
        await attempts.pause(this.#closing.signal);
      }
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  async #lend<Result>(read: (connection: Connection) => Promise<Result>): Promise<Result> {
    while (this.#lent >= this.#options.connectionsMax)
      await new Promise<void>((resolve) => void this.#waiting.push(resolve));
    this.#lent += 1;
    try {
      const connection = this.#takeIdle() ?? (await openSession(this.#options)).connection;
      const result = await read(connection);
      if (this.#closing.signal.aborted) await connection.close();
      else if (!connection.isBroken) this.#idle.push(connection);
      return result;
    } finally {
      this.#lent -= 1;
      this.#waiting.shift()?.();
    }
  }

  #takeIdle(): Connection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || !connection.isBroken) return connection;
    }
  }
}
