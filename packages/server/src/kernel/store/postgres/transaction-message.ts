/**
 * A whole transaction in one round trip: BEGIN, its statements and COMMIT go out together behind one Sync, and the answers
 * come back together. When a statement fails, the server skips what follows it, COMMIT included. The rows of a COPY follow it at once:
 * the server asks for them in an answer nobody has to wait for, and skips them like statements when one before has failed.
 *
 * The driver sends one statement and waits for its answer; this uses the door it leaves open for other kinds of queries.
 */
import type { Connection as Wire, Submittable } from "pg";
import type { Connection } from "./connection.ts";
import type { Statement } from "./statements.ts";

/** The statements of a transaction that change nothing themselves. */
const begin: Statement = { text: "BEGIN", values: [] };
const commit: Statement = { text: "COMMIT", values: [] };

/** CopyDone: its type and its length, which counts itself. */
const copyDone = Buffer.of("c".charCodeAt(0), 0, 0, 0, 4);

/**
 * Resolves when the transaction is committed.
 * @throws the server's error, nothing applied; the connection's when it breaks, and then it is not known
 */
export function runTransaction(connection: Connection, statements: readonly Statement[]): Promise<void> {
  const message = new TransactionMessage(connection, [begin, ...statements, commit]);
  connection.client.query(message);
  return connection.guard(message.done);
}

class TransactionMessage implements Submittable {
  readonly done: Promise<void>;
  readonly #connection: Connection;
  readonly #statements: readonly Statement[];
  readonly #resolve: () => void;
  readonly #reject: (error: Error) => void;
  #lastCommand = "";

  constructor(connection: Connection, statements: readonly Statement[]) {
    this.#connection = connection;
    this.#statements = statements;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.done = promise;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(wire: Wire): void {
    wire.stream.cork();
    for (const { text, values, copied } of this.#statements) {
      const statement = this.#connection.statement(text);
      if (!statement.isParsed) wire.parse({ name: statement.name, text, types: [] }, true);
      wire.bind({ statement: statement.name, values }, true);
      wire.execute(null, true);
      if (copied === undefined) continue;
      wire.stream.write(copyDataHead(copied.byteLength));
      wire.stream.write(copied);
      wire.stream.write(copyDone);
    }
    wire.sync();
    wire.stream.uncork();
  }

  handleCommandComplete(message: { readonly text: string }): void {
    this.#lastCommand = message.text;
  }

  handleReadyForQuery(): void {
    if (this.#lastCommand === "COMMIT") this.#resolve();
    else this.#reject(new Error(`the transaction ended with ${this.#lastCommand}`));
  }

  handleError(error: Error): void {
    this.#reject(error);
  }

  /** The fence's row; what counts is that it came. */
  handleDataRow(): void {}

  handleRowDescription(): void {}

  /** The rows are on their way. */
  handleCopyInResponse(): void {}

  handleEmptyQuery(): void {}
}

/** What CopyData begins with: its type and its length, which counts itself. */
function copyDataHead(bytes: number): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.writeUInt8("d".charCodeAt(0), 0);
  head.writeInt32BE(4 + bytes, 1);
  return head;
}
