/**
 * Services that only one node can run, because an operation of theirs that changes something does not say whose decision
 * it is. With several nodes they are refused; where they hold something already, a second node does not start.
 */
import type { Store } from "../../kernel/store/store.ts";
import { ServiceError } from "../../kernel/service-error.ts";
import type { Service } from "../../delivery/service.ts";
import { isReadOperation } from "./shard-router.ts";

export function needsOneNode({ operations }: Pick<Service, "operations">): boolean {
  return Object.entries(operations).some(([name, { target }]) => target === undefined && !isReadOperation(name));
}

/** The name of such a service that has rows in the store. */
export async function singleNodeServiceInUse(store: Store, services: readonly Service[]): Promise<string | undefined> {
  for (const service of services) {
    if (!needsOneNode(service)) continue;
    for (const table of service.tables)
      if ((await store.range({ table, equals: [], limit: 1 })).length > 0) return service.name;
  }
  return undefined;
}

export function refusedWithSeveralNodes(service: string): ServiceError {
  const message = `${service} does not work with several nodes in this version of Tutti: run one node.`;
  return new ServiceError("UnsupportedOperation", message);
}
