/**
 * One kernel with every service over it: what a server is between its store and its listener. The embedded server has
 * one for its whole life; a node makes another over the same store each time it has lost its lease.
 */
import { Kernel } from "../kernel/kernel.ts";
import type { KernelOptions } from "../kernel/kernel.ts";
import type { Log } from "../kernel/log.ts";
import { Hops } from "../delivery/hops.ts";
import { OperationRegistry } from "../delivery/operation-registry.ts";
import type { Metric, Service, View } from "../delivery/service.ts";
import type { HttpHandler } from "../protocol/http/exchange.ts";
import type { Origins } from "../protocol/http/origins.ts";
import type { SqsOptions } from "../services/sqs/limits.ts";
import { bodyMetrics } from "./body-budgets.ts";
import type { BodyBudgets } from "./body-budgets.ts";
import { collectMetrics } from "./metrics.ts";
import type { RequestCounts } from "./metrics.ts";
import { createApi, createServices } from "./services.ts";
import type { Dispatch } from "./services.ts";

export interface InstanceOptions {
  readonly kernel: KernelOptions;
  readonly log: Log;
  /** Goes on counting when an instance takes the place of another. */
  readonly requests: RequestCounts;
  /** Of the process: those of an instance that is gone may still be held. */
  readonly bodies: BodyBudgets;
  readonly publicUrl: string | undefined;
  readonly origins: Origins;
  readonly sqs?: SqsOptions | undefined;
  /** Carries a request to whoever decides it; the kernel of this instance when absent. */
  readonly dispatch?: Dispatch;
}

export interface Instance {
  readonly kernel: Kernel;
  readonly registry: OperationRegistry;
  readonly hops: Hops;
  readonly serviceNames: readonly string[];
  /** By `<service>/<view>`. */
  readonly views: ReadonlyMap<string, View>;
  readonly api: HttpHandler;
  /** Starts the kernel with every service. */
  start(): Promise<void>;
  metrics(): readonly Metric[];
}

export function createInstance(options: InstanceOptions): Instance {
  const { log, requests, bodies, publicUrl, origins, dispatch } = options;
  const kernel = new Kernel(options.kernel);
  const registry = new OperationRegistry();
  const onError = (error: unknown): void => {
    log("error", "an effect failed", {
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
  };
  const hops = new Hops({ kernel, registry, onError });
  const wired = createServices(kernel, registry, hops, options);
  const services = wired.map(({ service }) => service);
  return {
    kernel,
    registry,
    hops,
    serviceNames: services.map((service) => service.name),
    views: viewsOf(services),
    api: createApi({
      kernel,
      registry,
      services: wired,
      log,
      count: (...labels) => requests.count(...labels),
      bodyBudgetOf: bodies.of,
      publicUrl,
      origins,
      ...(dispatch !== undefined && { dispatch }),
    }),
    start: () => kernel.start([hops, ...services]),
    metrics: () => [...collectMetrics(kernel, [hops, ...services], requests), ...bodyMetrics(bodies)],
  };
}

function viewsOf(services: readonly Service[]): Map<string, View> {
  return new Map(
    services.flatMap(({ name, views = {} }) =>
      Object.entries(views).map(([view, show]) => [`${name}/${view}`, show] as const),
    ),
  );
}
