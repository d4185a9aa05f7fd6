/** Which services there are, and how a request finds its way from the wire to an operation. */
import { readFileSync } from "node:fs";
import type { Kernel } from "../kernel/kernel.ts";
import type { Log } from "../kernel/log.ts";
import type { AnyOperation } from "../kernel/operation.ts";
import { ServiceError } from "../kernel/service-error.ts";
import type { Hops } from "../delivery/hops.ts";
import type { InputValidator, OperationRegistry } from "../delivery/operation-registry.ts";
import type { Service } from "../delivery/service.ts";
import type { Origins } from "../protocol/http/origins.ts";
import type { Dialect } from "../protocol/dialect.ts";
import type { HttpHandler } from "../protocol/http/exchange.ts";
import { createRequestHandler } from "../protocol/http/handler.ts";
import type { HandlerOptions } from "../protocol/http/handler.ts";
import { readModelTable } from "../protocol/model/model-table.ts";
import { WireService } from "../protocol/wire-service.ts";
import { sqsDialect } from "../services/sqs/dialect.ts";
import type { SqsOptions } from "../services/sqs/limits.ts";
import { createSqsService } from "../services/sqs/service.ts";
import { createStatesService } from "../services/states/service.ts";
import { createStsService } from "../services/sts/service.ts";
import { bodyBytesMax } from "./limits.ts";

const dialects: Readonly<Record<string, Dialect>> = { sqs: sqsDialect };

/** A service with its wire format. */
export interface WiredService {
  readonly service: Service;
  readonly wire: WireService;
}

/**
 * Every service, its operations registered. This comes before the kernel starts: what starts with it may run an
 * operation of any service.
 */
export function createServices(
  kernel: Kernel,
  registry: OperationRegistry,
  hops: Hops,
  options: { readonly sqs?: SqsOptions | undefined } = {},
): WiredService[] {
  const services = [createSqsService(kernel, hops, options.sqs), createStatesService(kernel, hops), createStsService()];
  return services.map((service) => {
    const wire = new WireService(loadModel(service.name), dialects[service.name]);
    const validate: InputValidator = (name, input, call) => {
      const operation = wire.operations.get(name);
      if (operation !== undefined) wire.validate(operation, input, call);
    };
    registry.register(service.name, service.operations, validate, service.internalOperations);
    return { service, wire };
  });
}

/** Finds out who decides an operation, and has it decided. */
export type Dispatch = HandlerOptions["dispatch"];

export interface ApiOptions {
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  readonly services: readonly WiredService[];
  readonly log: Log;
  readonly count: (service: string, operation: string, code: string) => void;
  readonly bodyBudgetOf: HandlerOptions["bodyBudgetOf"];
  readonly publicUrl: string | undefined;
  readonly origins: Origins;
  readonly dispatch?: Dispatch;
}

/** @throws ServiceError when this version has no such operation */
export function operationOf(registry: OperationRegistry, service: string, name: string): AnyOperation {
  const operation = registry.find(service, name);
  if (operation !== undefined) return operation;
  throw new ServiceError(
    "UnknownOperationException",
    `The operation ${name} is not supported by this version of Tutti.`,
  );
}

/** The handler of the AWS APIs. */
export function createApi(options: ApiOptions): HttpHandler {
  const { kernel, registry } = options;
  return createRequestHandler({
    services: options.services.map(({ wire }) => wire),
    dispatch:
      options.dispatch ??
      ((service, name, input, call) => kernel.execute(operationOf(registry, service, name), input, call)),
    newRequestId: () => kernel.random.uuid(),
    log: options.log,
    count: options.count,
    bodyBytesMax,
    bodyBudgetOf: options.bodyBudgetOf,
    publicUrl: options.publicUrl,
    origins: options.origins,
  });
}

function loadModel(service: string) {
  const url = new URL(`../protocol/models/${service}.json`, import.meta.url);
  return readModelTable(JSON.parse(readFileSync(url, "utf8")));
}
