/**
 * What a service says about its own wire, beyond what its model table holds.
 *
 * The protocol layer knows no service's rules. Where AWS's services differ (SQS names a missing parameter in words of
 * its own, takes the queue from the path, still speaks Query), the service hands in a Dialect. A service that behaves
 * as the model says needs none.
 */
import type { Call, WireProtocol } from "../kernel/call.ts";
import type { ServiceError } from "../kernel/service-error.ts";

export type ConstraintKind = "notNull" | "lengthMin" | "lengthMax" | "valueMin" | "valueMax" | "enum" | "pattern";

/** One failed constraint of the model. */
export interface Violation {
  readonly kind: ConstraintKind;
  /** Where, in the model's own names; numbers are list positions counted from 1: `["Entries", 2, "Id"]`. */
  readonly path: readonly (string | number)[];
  /** The sentence AWS's framework has for it: `Value null at 'name' failed to satisfy constraint: …`. */
  readonly text: string;
}

/** How one error of the service is spelled on the wire, where the model does not say. */
export interface ErrorSpelling {
  /** Code in Query answers and in the `x-amzn-query-error` header. */
  readonly queryCode?: string;
  /** Status where the service does not give one of its own. */
  readonly status?: number;
  /** Prefix of `__type`, in place of the dialect's `errorNamespace`. */
  readonly namespace?: string;
}

/** A service whose model is JSON but which still answers Query requests. */
export interface QueryDialect {
  readonly xmlNamespace: string;
  /** Names on the Query wire by `Shape.member`: `"CreateQueueRequest.Attributes": "Attribute"`. */
  readonly memberNames?: Readonly<Record<string, string>>;
  /** Names of key and value by map shape; `key` and `value` when absent. */
  readonly entryNames?: Readonly<Record<string, readonly [key: string, value: string]>>;
  /** Members (`Shape.member`) that are flattened though the model does not say so. */
  readonly flattened?: readonly string[];
}

/** Where in the URL a service's resources live, and what the URL says. */
export interface PathDialect {
  /** True when a request to this path that names no service otherwise is for this one. */
  claims(path: string): boolean;
  /**
   * Input members the path supplies to `operation`; those of the body win. Undefined when it supplies none.
   * @throws ServiceError when the operation is not valid on this path.
   */
  input(operation: string, call: Call): Readonly<Record<string, unknown>> | undefined;
}

export interface Dialect {
  /** Prefix of `__type` for errors the model knows: `com.amazonaws.sqs#`. None when absent. */
  readonly errorNamespace?: string;
  /** By shape name (the `code` of a ServiceError). */
  readonly errors?: Readonly<Record<string, ErrorSpelling>>;
  /** The message as this protocol words it; the error's own when absent. */
  readonly errorMessage?: (error: ServiceError, protocol: WireProtocol) => string;
  /** Query errors carry an empty `<Detail/>`. */
  readonly errorDetail?: boolean;
  /** Constraints of the model that this service checks itself, in its own words. */
  readonly uncheckedConstraints?: readonly ConstraintKind[];
  /**
   * The service's own error for violated constraints (never empty, in the model's order).
   * Undefined leaves them to the framework's `ValidationException`.
   */
  readonly validationError?: (violations: readonly Violation[], operation: string) => ServiceError | undefined;
  /** Present when the service speaks Query beside the protocol of its model. */
  readonly query?: QueryDialect;
  /** The error for an action this service does not have; the framework's when absent. */
  readonly unknownAction?: (action: string) => ServiceError;
  readonly path?: PathDialect;
}
