/** A connection that has been looked over and set up; the store opens every one of its connections here. */
import type { ConnectionOptions } from "./connection.ts";
import { Connection } from "./connection.ts";
import { checkServer, serverFacts, sessionSettings } from "./server.ts";
import type { ServerFacts } from "./server.ts";

export interface SessionOptions extends ConnectionOptions {
  /** Host, port and database, for people. */
  readonly place: string;
  readonly allowUnsafe: boolean;
}

export interface Session {
  readonly connection: Connection;
  readonly facts: ServerFacts;
}

/** @throws the driver's error when there is no server or it refuses, StoreFault when Tutti must not use it */
export async function openSession(options: SessionOptions): Promise<Session> {
  const connection = await Connection.open(options);
  try {
    const facts = await serverFacts(connection);
    checkServer(facts, options.place, options.allowUnsafe);
    await connection.execute(sessionSettings(facts));
    return { connection, facts };
  } catch (error) {
    connection.fail();
    throw error;
  }
}
