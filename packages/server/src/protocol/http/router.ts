/** Which service and operation a request is for, and in which protocol: by target, action, SigV4 scope or path. */
import { ServiceError } from "../../kernel/service-error.ts";
import type { WireOperation, WireService } from "../wire-service.ts";

export interface Route {
  readonly service: WireService | undefined;
  readonly protocol: "json" | "query";
  readonly operation: WireOperation;
}

/** A target names its service. */
type JsonRoute = Route & { readonly service: WireService };

/** A request that cannot be routed: the refusal, and the protocol to word it in. */
export interface Unroutable {
  readonly service: WireService | undefined;
  readonly protocol: "json" | "query";
  readonly error: ServiceError;
}

export class Router {
  readonly #services: readonly WireService[];
  readonly #byTarget = new Map<string, JsonRoute>();
  readonly #byPrefix = new Map<string, WireService>();

  constructor(services: readonly WireService[]) {
    this.#services = services;
    for (const service of services) {
      const prefix = service.model.metadata.targetPrefix;
      if (prefix === undefined) continue;
      this.#byPrefix.set(prefix, service);
      for (const operation of service.operations.values())
        this.#byTarget.set(`${prefix}.${operation.name}`, { service, operation, protocol: "json" });
    }
  }

  byTarget(target: string): JsonRoute | Unroutable {
    const found = this.#byTarget.get(target);
    if (found !== undefined) return found;
    const service = this.#byPrefix.get(target.slice(0, Math.max(0, target.lastIndexOf("."))));
    return { service, protocol: "json", error: new ServiceError("UnknownOperationException", "") };
  }

  /** @param scope the service named in the credential */
  byAction(
    action: string | undefined,
    version: string | undefined,
    scope: string | undefined,
    path: string,
  ): Route | Unroutable {
    const service = this.#queryService(action, version, scope, path);
    if (action === undefined) {
      return {
        service,
        protocol: "query",
        error: new ServiceError("MissingAction", "The request must contain the parameter Action."),
      };
    }
    const operation = service?.operations.get(action);
    if (service === undefined || operation === undefined) {
      const text =
        version === undefined
          ? `The action ${action} is not valid for this endpoint.`
          : `Could not find operation ${action} for version ${version}`;
      return { service, protocol: "query", error: new ServiceError("InvalidAction", text) };
    }
    return { service, protocol: "query", operation };
  }

  /** The service whose Query protocol this is: by path, by scope, or by version and action. */
  #queryService(
    action: string | undefined,
    version: string | undefined,
    scope: string | undefined,
    path: string,
  ): WireService | undefined {
    const speaking = this.#services.filter(
      (service) => service.model.metadata.protocol === "query" || service.dialect.alsoQuery !== undefined,
    );
    return (
      speaking.find(
        (service) =>
          scope !== undefined &&
          scope === (service.model.metadata.signingName ?? service.model.metadata.endpointPrefix),
      ) ??
      speaking.find((service) => service.dialect.ownsPath?.(path) === true) ??
      speaking.find(
        (service) => version === queryVersion(service) && action !== undefined && service.operations.has(action),
      ) ??
      speaking.find((service) => version === undefined && action !== undefined && service.operations.has(action))
    );
  }
}

function queryVersion(service: WireService): string {
  return service.dialect.alsoQuery?.version ?? service.model.metadata.apiVersion;
}
