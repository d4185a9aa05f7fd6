/**
 * One connection to the database: opened, looked over, and set up the way every connection of the store is.
 *
 * A connection that has failed in any way is not used again: what it has prepared, and whether a transaction is open on
 * it, would be guesses.
 */
import { Client } from "pg";
import type { CustomTypesConfig } from "pg";
import type { SqlValue } from "../../table.ts";
import { hostTimer } from "../../clock.ts";
import type { Query } from "./statements.ts";
import { databaseAddress } from "./tls.ts";

export interface ConnectionOptions {
  /** `postgres://user:password@host:port/database`, with the parameters PostgreSQL's own programs take. */
  readonly url: string;
  /** How long a connection may take to open, and an answer to come, before the connection counts as lost. */
  readonly answerMsMax: number;
  /** What the server's own tools show for a connection of this store. */
  readonly applicationName: string;
}

/** Statements kept prepared on one connection; further ones are parsed each time. */
const preparedMax = 300;

const parsers: Readonly<Record<number, (text: string) => SqlValue>> = {
  // bool, bytea, int8, int2, int4, text, float8, numeric
  16: (text) => (text === "t" ? 1 : 0),
  17: (text) => Uint8Array.from(Buffer.from(text.slice(2), "hex")),
  20: safeInteger,
  21: Number,
  23: Number,
  701: Number,
};

function safeInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`the database holds ${text}, which is not a safe integer`);
  return value;
}

const types: CustomTypesConfig = {
  getTypeParser: (oid: number) => parsers[oid] ?? String,
};

export class Connection {
  readonly client: Client;
  readonly #answerMsMax: number;
  readonly #prepared = new Map<string, string>();
  #isBroken = false;

  private constructor(client: Client, answerMsMax: number) {
    this.client = client;
    this.#answerMsMax = answerMsMax;
  }

  /** @throws the driver's error when there is no server, or it refuses; StoreFault when the URL is not understood */
  static async open({ url, answerMsMax, applicationName }: ConnectionOptions): Promise<Connection> {
    const client = new Client({
      ...databaseAddress(url),
      connectionTimeoutMillis: answerMsMax,
      application_name: applicationName,
      keepAlive: true,
    });
    // Queries under way are told themselves; without a listener the process would end.
    client.on("error", () => undefined);
    await client.connect();
    const connection = new Connection(client, answerMsMax);
    client.on("error", () => connection.fail());
    client.on("end", () => connection.fail());
    return connection;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Gives the rows, their values by place. */
  async query({ text, values }: Query): Promise<SqlValue[][]> {
    const { name } = this.statement(text);
    const result = await this.guard(
      this.client.query<SqlValue[]>({
        text,
        values,
        rowMode: "array",
        types,
        ...(name === "" ? {} : { name }),
      }),
    );
    return result.rows;
  }

  /** Several statements without parameters, in one message. */
  async execute(text: string): Promise<void> {
    await this.guard(this.client.query(text));
  }

  /** The name `text` is prepared under, and whether the server has parsed it already; no name when there are too many. */
  statement(text: string): { readonly name: string; readonly isParsed: boolean } {
    const known = this.#prepared.get(text);
    if (known !== undefined) return { name: known, isParsed: true };
    if (this.#prepared.size >= preparedMax) return { name: "", isParsed: false };
    const name = `tutti_${this.#prepared.size + 1}`;
    this.#prepared.set(text, name);
    return { name, isParsed: false };
  }

  /** Waits for an answer, as long as one may take; ends the connection when it fails. */
  async guard<Result>(answer: Promise<Result>): Promise<Result> {
    const alarm = hostTimer(this.#answerMsMax, () => this.fail());
    try {
      return await answer;
    } catch (error) {
      this.fail();
      throw error;
    } finally {
      alarm.cancel();
    }
  }

  /** Ends the connection at once, whatever is under way on it. */
  fail(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    if (this.#isBroken) return;
    this.#isBroken = true;
    await this.client.end();
  }
}
