/**
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetExecutionHistory.html
 *
 * Events are stored in blocks, one or more for every step of an execution. A page's token holds the block and the event
 * it begins with, so a page reads only the blocks it shows.
 */
import type { GetExecutionHistoryInput, GetExecutionHistoryOutput, HistoryEvent } from "@aws-sdk/client-sfn";
import type { HistoryEvent as StoredEvent } from "@tutti/asl";
import type { StoreReader } from "../../../kernel/kernel.ts";
import type { Operation } from "../../../kernel/operation.ts";
import { parseArn } from "../arns.ts";
import { errors } from "../errors.ts";
import type { Executions } from "../executions.ts";
import { shownEvent } from "../history-events.ts";
import { limits } from "../limits.ts";
import { formatPageToken, pageSize, parsePageToken } from "../page-tokens.ts";
import type { Position } from "../page-tokens.ts";
import { historyTable } from "../tables.ts";
import * as targets from "../targets.ts";

interface LoadedHistory {
  readonly exists: boolean;
  readonly events: readonly HistoryEvent[];
  readonly next: Position | undefined;
}

export function getExecutionHistory(
  executions: Executions,
): Operation<GetExecutionHistoryInput, GetExecutionHistoryOutput, LoadedHistory> {
  return {
    target: targets.execution,
    load: async (reader, input) => {
      const { executionArn = "" } = input;
      parseArn(executionArn, "execution");
      const from = parsePageToken(listOf(input), ["number", "number"], input.nextToken, executions.now());
      const execution = await executions.find(reader, executionArn);
      if (execution === undefined) return { exists: false, events: [], next: undefined };
      return { exists: true, ...(await loadPage(reader, input, from)) };
    },
    decide(tx, input, { loaded: { exists, events, next } }) {
      if (!exists) throw errors.executionDoesNotExist(input.executionArn ?? "");
      const nextToken = next === undefined ? {} : { nextToken: formatPageToken(listOf(input), next, tx.now) };
      return { events: [...events], ...nextToken };
    },
  };
}

function listOf({ executionArn = "", reverseOrder = false }: GetExecutionHistoryInput): Position {
  return ["history", executionArn, reverseOrder ? 1 : 0];
}

/** @param from block and event the page begins with */
async function loadPage(
  reader: StoreReader,
  { executionArn = "", includeExecutionData = true, maxResults, reverseOrder = false }: GetExecutionHistoryInput,
  from: Position | undefined,
): Promise<Omit<LoadedHistory, "exists">> {
  const size = pageSize(maxResults);
  const events: HistoryEvent[] = [];
  let bytes = 0;
  for await (const [block, event] of readEvents(reader, executionArn, reverseOrder, from)) {
    const length = JSON.stringify(event.details ?? {}).length;
    if (events.length === size || (events.length > 0 && bytes + length > limits.pageBytesMax)) {
      return { events, next: [block, event.id] };
    }
    bytes += length;
    events.push(shownEvent(event, includeExecutionData));
  }
  return { events, next: undefined };
}

async function* readEvents(
  reader: StoreReader,
  executionArn: string,
  isReversed: boolean,
  from: Position | undefined,
): AsyncGenerator<readonly [block: number, event: StoredEvent]> {
  const [firstBlock, firstEvent] = from ?? [];
  const isAhead = (id: number): boolean =>
    typeof firstEvent === "number" && (isReversed ? id > firstEvent : id < firstEvent);
  let after = typeof firstBlock === "number" ? [isReversed ? firstBlock + 1 : firstBlock - 1] : undefined;
  for (;;) {
    const limit = limits.historyChunkBlocks;
    const place = after === undefined ? {} : { after };
    const range = { table: historyTable, equals: [executionArn], ...place, limit, descending: isReversed };
    const blocks = await reader.range(range);
    for (const { firstEventId, events } of blocks) {
      after = [firstEventId];
      const inOrder = isReversed ? events.toReversed() : events;
      for (const event of inOrder) if (!isAhead(event.id)) yield [firstEventId, event];
    }
    if (blocks.length < limit) return;
  }
}
