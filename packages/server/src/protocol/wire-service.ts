/** A service as the wire sees it: its model, its dialect, and the converters compiled from them once. */
import type { Call } from "../kernel/call.ts";
import type { ServiceError } from "../kernel/service-error.ts";
import { jsonDecoder, jsonEncoder } from "./codec/json-codec.ts";
import type { Convert } from "./codec/json-codec.ts";
import { QueryCodec } from "./codec/query-codec.ts";
import type { Dialect } from "./dialect.ts";
import type { ModelTable } from "./model/model-table.ts";
import { validationException, validatorFor } from "./validation/validator.ts";

export interface WireOperation {
  readonly name: string;
  readonly inputShape: string | undefined;
  readonly outputShape: string | undefined;
  readonly resultWrapper: string | undefined;
  /** What SDKs put before the host name: `sync-`. */
  readonly hostPrefix: string | undefined;
  readonly decodeJson: Convert;
  readonly encodeJson: Convert;
}

export class WireService {
  readonly name: string;
  readonly model: ModelTable;
  readonly dialect: Dialect;
  readonly query: QueryCodec;
  readonly operations = new Map<string, WireOperation>();
  readonly #validator: ReturnType<typeof validatorFor>;

  constructor(model: ModelTable, dialect: Dialect = {}) {
    this.name = model.service;
    this.model = model;
    this.dialect = dialect;
    this.query = new QueryCodec(model, dialect);
    this.#validator = validatorFor(model, dialect.constraints ?? "all", dialect.optional);
    const decoder = jsonDecoder(model);
    const encoder = jsonEncoder(model);
    for (const [name, { input, output, resultWrapper, hostPrefix }] of Object.entries(model.operations)) {
      const encodeJson = output === undefined ? () => ({}) : encoder(output);
      this.operations.set(name, {
        name,
        inputShape: input,
        outputShape: output,
        resultWrapper,
        hostPrefix,
        decodeJson: input === undefined ? () => ({}) : decoder(input),
        encodeJson: dialect.finishedOutputs?.has(name) === true ? (value) => value : encodeJson,
      });
    }
  }

  /** @throws the service's refusal when the input breaks a constraint of its model */
  validate(operation: WireOperation, input: unknown, call: Call): void {
    if (operation.inputShape === undefined) return;
    const found = this.#validator(operation.inputShape, input);
    if (found.count === 0) return;
    const code = call.protocol === "query" ? "ValidationError" : "ValidationException";
    throw this.dialect.invalidInput?.(found.violations, call, operation.name) ?? validationException(found, code);
  }

  messageOf(error: ServiceError, call: Call): string {
    return this.dialect.errorMessage?.(error, call) ?? error.message;
  }
}
