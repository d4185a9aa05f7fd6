/**
 * The budgets of a process, which outlive the instances it has: one for the bodies of clients, and with several nodes one
 * more for what nodes send each other. Were it the same, two nodes could pass each other requests until neither had room
 * for those of the other, and each would wait for both.
 */
import type { Metric } from "../delivery/service.ts";
import { BodyBudget } from "../protocol/http/body-budget.ts";
import type { HttpRequest } from "../protocol/http/exchange.ts";
import { bodyBudgetLimits } from "./limits.ts";
import { nodeHeader } from "./nodes/node-auth.ts";

export interface BodyBudgets {
  readonly of: (request: HttpRequest) => BodyBudget;
  /** By whose bodies they are for. */
  readonly all: Readonly<Record<string, BodyBudget>>;
}

/** @param bytesMax of all bodies that are not small */
export function bodyBudgets(bytesMax = bodyBudgetLimits.bytesMax): BodyBudgets {
  const clients = new BodyBudget({ ...bodyBudgetLimits, bytesMax });
  return { of: () => clients, all: { clients } };
}

/**
 * Whether a node has sent it, and not somebody who only says so, is known when its body has been read.
 * @param bytesMax of each budget
 */
export function nodeBodyBudgets(bytesMax = bodyBudgetLimits.bytesMax): BodyBudgets {
  const clients = new BodyBudget({ ...bodyBudgetLimits, bytesMax });
  const nodes = new BodyBudget({ ...bodyBudgetLimits, bytesMax });
  return {
    of: ({ headers }) => (headers[nodeHeader] === undefined ? clients : nodes),
    all: { clients, nodes },
  };
}

export function bodyMetrics({ all }: BodyBudgets): Metric[] {
  const gauge = (name: string, help: string, valueOf: (budget: BodyBudget) => number): Metric => ({
    name,
    help,
    type: "gauge",
    samples: Object.entries(all).map(([from, budget]) => ({ labels: { from }, value: valueOf(budget) })),
  });
  return [
    gauge(
      "tutti_request_body_bytes",
      "Bytes held for request bodies that are read, decoded or answered, but for small ones.",
      (budget) => budget.heldBytes,
    ),
    gauge(
      "tutti_request_bodies_waiting",
      "Requests that are not read on until there is room for their bodies.",
      (budget) => budget.waitingCount,
    ),
  ];
}
