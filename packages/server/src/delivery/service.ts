/** What a service hands to the composition root. */
import type { Module } from "../kernel/kernel.ts";
import type { OperationTable } from "./operation-registry.ts";

export interface Service extends Module {
  /** The model's name: `sqs`, `states`, `sts`. */
  readonly name: string;
  readonly operations: OperationTable;
  /** What only hops may ask for; see `OperationRegistry`. */
  readonly internalOperations?: OperationTable;
  /** What `GET /_tutti/<service>/<view>` shows, as JSON. A view changes nothing. */
  readonly views?: Readonly<Record<string, View>>;
  /** Lines for `/metrics`: name, help, type and samples. */
  metrics?(): readonly Metric[];
}

/** Both throw ServiceError for what the query asks wrongly. */
export interface View {
  /** The ARN of the resource that is looked at; its owner shows it. */
  target(query: URLSearchParams): Promise<string>;
  show(query: URLSearchParams): Promise<unknown>;
}

export interface Metric {
  /** Prometheus name, such as `tutti_sqs_number_of_messages_sent_total`. */
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "gauge";
  readonly samples: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}
