/** What a node says of itself and the others: `/_tutti/nodes`, and its lines in `/metrics`. */
import type { Metric } from "../../delivery/service.ts";
import type { ClusterView } from "../../kernel/nodes/leases.ts";
import type { Node } from "../../kernel/nodes/node.ts";
import type { Instance } from "../instance.ts";

export interface NodeStatus {
  /** Undefined between two lives. */
  readonly life: { readonly node: Node; readonly instance: Instance } | undefined;
  readonly lives: number;
  readonly router: { readonly forwarded: number; readonly misdirected: number; readonly unavailable: number };
  readonly messages: { readonly pokesReceived: number; readonly hopsCarried: number };
}

/** Everything the store knows, and what of it this node decides for. */
export function showCluster(view: ClusterView, { life, lives }: NodeStatus) {
  return {
    self: life?.node.member ?? null,
    lives,
    nodes: view.nodes.map(({ id, incarnation, address, version, leaseLeftMs, committed }) => ({
      id,
      incarnation,
      address,
      version,
      leaseLeftMs: Math.round(leaseLeftMs),
      committed,
      shards: view.shards.filter(({ owner }) => owner === id).map(({ shard }) => shard),
    })),
    freeShards: view.shards.filter(({ owner }) => owner === undefined).map(({ shard }) => shard),
    epochs: view.shards.map(({ epoch }) => epoch),
  };
}

export function nodeMetrics({ life, lives, router, messages }: NodeStatus): Metric[] {
  const single = (name: string, help: string, type: Metric["type"], value: number): Metric => ({
    name: `tutti_${name}`,
    help,
    type,
    samples: [{ labels: {}, value }],
  });
  const view = life?.node.view;
  return [
    single("node_lives_total", "Times this process has joined.", "counter", lives),
    single("node_shards", "Shards this node decides for.", "gauge", life?.instance.kernel.ownership.open().length ?? 0),
    single(
      "node_lease_left_seconds",
      "Until this node's lease ends, by its own count.",
      "gauge",
      (life?.node.leaseLeftMs ?? 0) / 1000,
    ),
    single("nodes", "Nodes this node knows of, itself among them.", "gauge", view?.nodes.length ?? 0),
    single(
      "shards_free",
      "Shards nobody owns, when this node last looked.",
      "gauge",
      view?.shards.filter(({ owner }) => owner === undefined).length ?? 0,
    ),
    single("requests_forwarded_total", "Requests that another node has answered.", "counter", router.forwarded),
    single(
      "requests_misdirected_total",
      "Forwarded requests that came to this node although it is not the owner.",
      "counter",
      router.misdirected,
    ),
    single(
      "requests_unavailable_total",
      "Requests that found no owner in time, or lost theirs.",
      "counter",
      router.unavailable,
    ),
    single("hops_carried_total", "Hops this node has brought to others.", "counter", messages.hopsCarried),
    single(
      "pokes_received_total",
      "Times another node asked this one to look at once.",
      "counter",
      messages.pokesReceived,
    ),
  ];
}
