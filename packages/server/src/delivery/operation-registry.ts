/**
 * Every operation of every service by name, for requests from the wire and for hops between resources (`hops.ts`).
 *
 * A hop's input is validated as a request's would be; a refusal undoes only what the hop did. Services have operations
 * besides those of AWS's API that only a hop can name: what one resource tells another.
 */
import type { Call } from "../kernel/call.ts";
import type { StoreReader } from "../kernel/kernel.ts";
import { Park } from "../kernel/operation.ts";
import type { AnyOperation } from "../kernel/operation.ts";
import { ServiceError } from "../kernel/service-error.ts";
import type { Transaction } from "../kernel/transaction.ts";

export type OperationTable = Readonly<Record<string, AnyOperation>>;

/** Throws a `ServiceError` when the input does not fit the operation's model. */
export type InputValidator = (operation: string, input: unknown, call: Call) => void;

/** On whose behalf a hop is made. */
export interface HopIdentity {
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
}

/** An operation with everything it needs but the transaction. */
export interface Invocation {
  /** ARN of the resource that decides; undefined when any node can. */
  readonly target: string | undefined;
  /** Whether it reads from the store before it decides. */
  readonly loads: boolean;
  /** @throws ServiceError when the operation refuses */
  load(reader: StoreReader): Promise<unknown>;
  /**
   * Decides in the caller's transaction.
   * @throws ServiceError when the operation refuses; what it had changed is undone
   */
  decide(tx: Transaction, loaded: unknown): unknown;
}

const noOperations: OperationTable = {};

export class OperationRegistry {
  readonly #services = new Map<string, { readonly operations: OperationTable; readonly validate: InputValidator }>();
  readonly #internal = new Map<string, OperationTable>();

  /** @param internal operations that only hops may name; their input is the service's own and needs no validation */
  register(
    service: string,
    operations: OperationTable,
    validate: InputValidator,
    internal: OperationTable = noOperations,
  ): void {
    if (this.#services.has(service)) throw new Error(`service ${service} is registered`);
    const twice = Object.keys(internal).find((name) => Object.hasOwn(operations, name));
    if (twice !== undefined) throw new Error(`operation ${service}:${twice} is registered twice`);
    this.#services.set(service, { operations, validate });
    this.#internal.set(service, internal);
  }

  /** An operation of the service's API. */
  find(service: string, operation: string): AnyOperation | undefined {
    const operations = this.#services.get(service)?.operations ?? noOperations;
    return Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  }

  /** The operations of the service's API, by name. */
  names(service: string): readonly string[] {
    return Object.keys(this.#services.get(service)?.operations ?? {});
  }

  /** An operation as a hop runs it; undefined when there is none of this name. Only `hops.ts` calls this. */
  invocation(service: string, operation: string, input: unknown, identity: HopIdentity): Invocation | undefined {
    const internal = this.#internal.get(service) ?? noOperations;
    const isInternal = Object.hasOwn(internal, operation);
    const found = isInternal ? internal[operation] : this.find(service, operation);
    if (found === undefined) return undefined;
    const call = hopCall(identity);
    const validate = (): void => {
      if (!isInternal) this.#services.get(service)?.validate(operation, input, call);
    };
    return {
      target: found.target?.(input, call),
      loads: found.load !== undefined,
      load: async (reader) => {
        validate();
        return found.load?.(reader, input, call);
      },
      decide: (tx, loaded) => {
        validate();
        return tx.savepoint(() => {
          const output = found.decide(tx, input, { call, loaded, arrivedAt: tx.now, expired: true });
          if (output instanceof Park)
            throw new Error(`operation ${service}:${operation} parked although its wait was over`);
          return output;
        });
      },
    };
  }
}

export function unknownOperation(service: string, operation: string): ServiceError {
  return new ServiceError(
    "UnknownOperationException",
    `The operation ${service}:${operation} cannot be called from inside the server.`,
  );
}

function hopCall(identity: HopIdentity): Call {
  return {
    ...identity,
    accessKeyId: undefined,
    baseUrl: "http://localhost:4566",
    protocol: "internal",
    path: "/",
    sourceAddress: undefined,
    signal: undefined,
    header: () => undefined,
  };
}
