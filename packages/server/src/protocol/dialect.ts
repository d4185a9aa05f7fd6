/**
 * What differs from one service to another on the wire beyond its model. The protocol code knows no service's rules;
 * a service that words its refusals differently, or moved from one protocol to another, says so here.
 */
import type { Call } from "../kernel/call.ts";
import type { ServiceError } from "../kernel/service-error.ts";

/** One constraint of the model that an input breaks. */
export interface ConstraintViolation {
  readonly kind: "required" | "length" | "range" | "enum" | "pattern";
  /** Path in AWS's form: `tags.1.member.key`. */
  readonly path: string;
  /** The last member of the path. */
  readonly member: string;
  /** AWS's sentence: `Value 'x' at 'name' failed to satisfy constraint: Member must …`. */
  readonly text: string;
}

/** How a member is spelled in the Query protocol where its name in the model is not it. */
export interface QueryName {
  readonly name: string;
  /** For maps: names of an entry's key and value. */
  readonly key?: string;
  readonly value?: string;
  /** An entry without a value has an empty one. */
  readonly isValueOptional?: boolean;
}

export interface Dialect {
  /** Goes before a modelled error's name in `__type`: `com.amazonaws.sqs#`. */
  readonly errorTypePrefix?: string;
  /** For services that moved from Query to JSON: the older code and status of an error shape. */
  readonly queryErrors?: Readonly<Record<string, { readonly code: string; readonly status: number }>>;
  /** Whether requests may also come in the Query protocol although the model names another. */
  readonly alsoQuery?: { readonly version: string; readonly xmlNamespace: string };
  /** Query names of members, by member name; a list whose member is not here takes its member shape's name. */
  readonly queryNames?: Readonly<Record<string, QueryName>>;
  /** `required`: only absent members are checked from the model; the operations word the rest themselves. */
  readonly constraints?: "all" | "required";
  /** Required members whose absence the operations word themselves, as `Shape.Member`. */
  readonly optional?: ReadonlySet<string>;
  /** The refusal for an input that breaks the model's constraints; AWS's usual ValidationException when absent. */
  readonly invalidInput?: (violations: readonly ConstraintViolation[], call: Call, operation: string) => ServiceError;
  /** The refusal of an entry of a map that has no key or no value in a Query request; without it the entry counts as none. */
  readonly missingParameter?: (path: string) => ServiceError;
  /**
   * Operations whose outputs are as they are to be written: members of the model only, in its order, none to be converted. They
   * are not looked at again, which is worth it for long lists of small things; a test of the service holds them to it.
   */
  readonly finishedOutputs?: ReadonlySet<string>;
  /** A refusal's text where it differs by protocol. */
  readonly errorMessage?: (error: ServiceError, call: Call) => string;
  /** Whether a request that names no service by target or scope is for this one, by its path: a queue URL. */
  readonly ownsPath?: (path: string) => boolean;
  /** Members that the path supplies; those in the body win. */
  readonly pathInput?: (path: string) => Readonly<Record<string, unknown>>;
  /** A refusal for an operation that is not valid at this path. */
  readonly refusePath?: (operation: string, path: string) => ServiceError | undefined;
}
