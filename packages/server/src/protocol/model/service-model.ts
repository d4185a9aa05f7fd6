/** A model table with its dialect, ready to be looked up by operation. Codecs compile shapes from it on first use. */
import type { Dialect } from "../dialect.ts";
import type { ModelTable, OperationTable } from "./model-table.ts";

/** What a service hands to the wire. */
export interface ServiceWire {
  readonly model: ModelTable;
  readonly dialect?: Dialect;
}

export interface CompiledOperation {
  readonly name: string;
  readonly service: ServiceModel;
  readonly table: OperationTable;
}

export class ServiceModel {
  /** Name the service goes by in this server. */
  readonly name: string;
  readonly table: ModelTable;
  readonly dialect: Dialect;
  readonly operations: ReadonlyMap<string, CompiledOperation>;

  constructor(wire: ServiceWire) {
    this.name = wire.model.service;
    this.table = wire.model;
    this.dialect = wire.dialect ?? {};
    this.operations = new Map(
      Object.entries(wire.model.operations).map(([name, table]) => [name, { name, service: this, table }]),
    );
  }

  /** The service's name in a SigV4 credential scope. */
  get signingName(): string {
    return this.table.metadata.signingName ?? this.table.metadata.endpointPrefix;
  }
}
