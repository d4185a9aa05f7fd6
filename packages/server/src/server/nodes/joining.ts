/** What may keep a node from joining an installation. */
import type { Installation, Leases } from "../../kernel/nodes/leases.ts";
import { LeaseLost } from "../../kernel/ownership.ts";
import { StoreFault, StoreUnavailableError } from "../../kernel/store/store-errors.ts";
import { ConfigurationError } from "../options.ts";

/** Another node lives where only one may. */
export class MustBeAlone extends ConfigurationError {
  constructor(other: string) {
    super(`A server with a virtual clock must be the only one over its database, and the node ${other} is running.`);
  }
}

/** @param asked the number of shards somebody has asked for */
export async function install(leases: Leases, wanted: Installation, asked: number | undefined): Promise<Installation> {
  const found = await leases.install(wanted);
  if (asked === undefined || asked === found.shardCount) return found;
  throw new ConfigurationError(
    `This installation was made with ${found.shardCount} shards, and that cannot change; --shards ${asked} is for a new one.`,
  );
}

/** What a first start that failed says. Later ones are tried again until they succeed. */
export function startFailure(error: unknown, leaseMs: number): unknown {
  if (!(error instanceof StoreUnavailableError || error instanceof LeaseLost)) return error;
  return new StoreFault(
    "TUTTI-0109",
    `this node could not start, because its database did not answer within ${leaseMs / 1000} s, the time of a lease: ${error.message}`,
  );
}
