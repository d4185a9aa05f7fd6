/** A view (`/_tutti/<service>/<view>`) of what another node has in memory. */
import type { IncomingMessage } from "node:http";
import type { View } from "../../delivery/service.ts";
import type { Instance } from "../instance.ts";
import { nodeHeader } from "./node-auth.ts";
import type { RoutedRequest } from "./shard-router.ts";

/** @throws ServiceError when the query names nothing that can be looked at */
export async function viewRequest(
  name: string,
  view: View,
  query: URLSearchParams,
  request: IncomingMessage,
  instance: () => Instance | undefined,
): Promise<RoutedRequest> {
  const target = await view.target(query);
  const { method = "GET", url = "/", rawHeaders: headers } = request;
  const gone = new AbortController();
  request.once("close", () => gone.abort());
  return {
    raw: () => ({ method, url, headers, body: Buffer.alloc(0) }),
    isFromNode: request.headers[nodeHeader] !== undefined,
    signal: gone.signal,
    isRead: true,
    longestWaitMs: () => 0,
    shard: (kernel) => kernel.shards.of(target),
    // The instance that goes on now may be another than the one the request came to.
    here: async () => (instance()?.views.get(name) ?? view).show(query),
  };
}
