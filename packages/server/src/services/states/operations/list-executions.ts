/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
 *
 * The latest first. Nothing here has been redriven, so `redriveFilter` selects all or nothing.
 */
import type { ExecutionListItem, ListExecutionsInput, ListExecutionsOutput } from "@aws-sdk/client-sfn";
import type { StoreReader } from "../../../kernel/kernel.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { errors } from "../errors.ts";
import { limits } from "../limits.ts";
import type { Machines } from "../machines.ts";
import { formatPageToken, pageSize, parsePageToken } from "../page-tokens.ts";
import type { Position } from "../page-tokens.ts";
import { executionsTable } from "../tables.ts";
import type { ExecutionRow } from "../tables.ts";
import * as targets from "../targets.ts";

interface LoadedPage {
  readonly items: readonly ExecutionListItem[];
  /** Where the next page begins, if there is one. */
  readonly next: Position | undefined;
}

export function listExecutions(machines: Machines): Operation<ListExecutionsInput, ListExecutionsOutput, LoadedPage> {
  return {
    target: targets.machine,
    load: (reader, input) => loadPage(reader, input, machines.kernel.clock.now()),
    decide(tx, input, { loaded: { items, next } }) {
      const { mapRunArn, stateMachineArn } = input;
      if (mapRunArn !== undefined) throw errors.unsupported("Map Runs are");
      if (stateMachineArn === undefined) {
        throw errors.validation("Either a state machine ARN or a mapRun ARN must be specified");
      }
      machines.byArn(tx, stateMachineArn);
      const nextToken = next === undefined ? {} : { nextToken: formatPageToken(listOf(input), next, tx.now) };
      return { executions: [...items], ...nextToken };
    },
  };
}

function listOf({ stateMachineArn, statusFilter, redriveFilter }: ListExecutionsInput): Position {
  return ["executions", stateMachineArn ?? "", statusFilter ?? "", redriveFilter ?? ""];
}

async function loadPage(reader: StoreReader, input: ListExecutionsInput, now: number): Promise<LoadedPage> {
  const { stateMachineArn, statusFilter, redriveFilter } = input;
  let after = parsePageToken(listOf(input), ["number", "string"], input.nextToken, now);
  const size = pageSize(input.maxResults);
  const items: ExecutionListItem[] = [];
  if (stateMachineArn === undefined || redriveFilter === "REDRIVEN") return { items, next: undefined };
  const selection =
    statusFilter === undefined
      ? { index: "by_machine", equals: [stateMachineArn] }
      : { index: "by_status", equals: [stateMachineArn, statusFilter] };
  for (;;) {
    // One more than the page holds shows whether there is another.
    const limit = Math.min(limits.listChunkRows, size - items.length + 1);
    const place = after === undefined ? {} : { after };
    const rows = await reader.range({ table: executionsTable, ...selection, ...place, limit, descending: true });
    for (const row of rows) {
      if (items.length === size) return { items, next: after };
      items.push(shown(row));
      after = [row.startedAt, row.arn];
    }
    if (rows.length < limit) return { items, next: undefined };
  }
}

function shown({ arn, machineArn, name, status, startedAt, stoppedAt }: ExecutionRow): ExecutionListItem {
  return {
    executionArn: arn,
    stateMachineArn: machineArn,
    name,
    status,
    startDate: new Date(startedAt),
    ...(stoppedAt !== null && { stopDate: new Date(stoppedAt) }),
    redriveCount: 0,
  };
}
