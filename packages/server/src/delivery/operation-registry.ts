/**
 * Every operation of every service by name, and the way from one service to another: a hop inside the server runs the
 * other service's operation in the caller's own transaction, so cause and effect are one atomic commit.
 *
 * A hop's input is validated as a request's would be; a refusal undoes only what the hop did.
 */
import type { Call } from "../kernel/call.ts";
import { Park } from "../kernel/operation.ts";
import type { AnyOperation } from "../kernel/operation.ts";
import { ServiceError } from "../kernel/service-error.ts";
import type { Transaction } from "../kernel/transaction.ts";

export type OperationTable = Readonly<Record<string, AnyOperation>>;

/** Throws a `ServiceError` when the input does not fit the operation's model. */
export type InputValidator = (operation: string, input: unknown, call: Call) => void;

interface RegisteredService {
  readonly operations: OperationTable;
  readonly validate: InputValidator;
}

/** On whose behalf a hop is made. */
export interface HopIdentity {
  readonly account: string;
  readonly region: string;
  readonly requestId: string;
}

export class OperationRegistry {
  readonly #services = new Map<string, RegisteredService>();

  register(service: string, operations: OperationTable, validate: InputValidator): void {
    if (this.#services.has(service)) throw new Error(`service ${service} is registered`);
    this.#services.set(service, { operations, validate });
  }

  find(service: string, operation: string): AnyOperation | undefined {
    const operations = this.#services.get(service)?.operations;
    return operations !== undefined && Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  }

  /** The operations a service has, by name. */
  names(service: string): readonly string[] {
    return Object.keys(this.#services.get(service)?.operations ?? {});
  }

  /**
   * Runs an operation inside the caller's transaction.
   * @throws ServiceError when the operation refuses; what it had changed is undone
   */
  invoke(tx: Transaction, service: string, operation: string, input: unknown, identity: HopIdentity): unknown {
    const registered = this.#services.get(service);
    const found = this.find(service, operation);
    if (registered === undefined || found === undefined || found.load !== undefined) {
      throw new ServiceError(
        "UnknownOperationException",
        `The operation ${service}:${operation} cannot be called from inside the server.`,
      );
    }
    const call = hopCall(identity);
    registered.validate(operation, input, call);
    return tx.savepoint(() => {
      const output = found.decide(tx, input, { call, loaded: undefined, arrivedAt: tx.now, expired: true });
      if (output instanceof Park)
        throw new Error(`operation ${service}:${operation} parked although its wait was over`);
      return output;
    });
  }
}

function hopCall(identity: HopIdentity): Call {
  return {
    ...identity,
    accessKeyId: undefined,
    baseUrl: "http://localhost:4566",
    protocol: "internal",
    path: "/",
    signal: undefined,
    header: () => undefined,
  };
}
