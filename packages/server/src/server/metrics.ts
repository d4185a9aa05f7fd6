/** `/metrics`: what the kernel and the services count, as Prometheus text (exposition format 0.0.4). */
import type { Kernel } from "../kernel/kernel.ts";
import type { Metric, Service } from "../delivery/service.ts";

export function renderMetrics(metrics: readonly Metric[]): string {
  /** Ten thousand queues have a dozen and a half samples each, with the same labels. */
  const known = new Map<Labels, string>();
  const textOf = (labels: Labels): string => {
    let text = known.get(labels);
    if (text === undefined) {
      const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escapeLabel(value)}"`);
      text = pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
      known.set(labels, text);
    }
    return text;
  };
  let text = "";
  for (const { name, help, type, samples } of metrics) {
    text += `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n`;
    for (const { labels, value } of samples) text += `${name}${textOf(labels)} ${value}\n`;
  }
  return text;
}

type Labels = Metric["samples"][number]["labels"];

export function collectMetrics(
  kernel: Kernel,
  parts: readonly Pick<Service, "metrics">[],
  requests: RequestCounts,
): Metric[] {
  const { commits, operations, largestGroup, commitMs } = kernel.pipeline.statistics;
  const statements = kernel.store.statistics?.statements;
  const single = (name: string, help: string, type: Metric["type"], value: number): Metric => ({
    name,
    help,
    type,
    samples: [{ labels: {}, value }],
  });
  return [
    single("tutti_commits_total", "Commit groups written.", "counter", commits),
    single("tutti_commit_operations_total", "Row changes written.", "counter", operations),
    ...(statements === undefined
      ? []
      : [
          single("tutti_store_statements_total", "Statements sent to the database for commits.", "counter", statements),
        ]),
    single("tutti_commit_group_largest", "Row changes in the largest commit group.", "gauge", largestGroup),
    single("tutti_commit_seconds_total", "Time the store took for commits.", "counter", commitMs / 1000),
    single(
      "tutti_commit_queue_operations",
      "Row changes that wait for the commit under way.",
      "gauge",
      kernel.pipeline.queuedOperations,
    ),
    single("tutti_resident_memory_bytes", "Resident memory of the process.", "gauge", process.memoryUsage.rss()),
    {
      name: "tutti_requests_total",
      help: "Requests by service, operation and error code (empty when none).",
      type: "counter",
      samples: requests.samples(),
    },
    ...parts.flatMap((part) => part.metrics?.() ?? []),
  ];
}

/** Counts requests; label sets are bounded because only known operations and modelled codes are counted by name. */
export class RequestCounts {
  /** By service, operation and code: three look-ups cost less than putting one key together. */
  readonly #counts = new Map<string, Map<string, Map<string, number>>>();

  count(service: string, operation: string, code: string): void {
    let operations = this.#counts.get(service);
    if (operations === undefined) this.#counts.set(service, (operations = new Map<string, Map<string, number>>()));
    let codes = operations.get(operation);
    if (codes === undefined) operations.set(operation, (codes = new Map<string, number>()));
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }

  samples(): Metric["samples"] {
    return [...this.#counts].flatMap(([service, operations]) =>
      [...operations].flatMap(([operation, codes]) =>
        [...codes].map(([code, value]) => ({ labels: { service, operation, code }, value })),
      ),
    );
  }
}

function escapeLabel(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
