/** The context object `$$`: what an execution knows about itself. */
import type { Json, JsonObject } from "../json/value.ts";
import type { Draft } from "./draft.ts";
import type { ExecutionScope, Frame, MapItem } from "./execution.ts";

/** The token of the task about to start; the item, where a Map's `ItemSelector` is evaluated for it. */
export interface ContextExtra {
  readonly token?: string;
  readonly item?: MapItem;
}

/**
 * The context object of a state.
 * Follows https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export function contextObject(draft: Draft, scope: ExecutionScope, frame: Frame, extra: ContextExtra = {}): JsonObject {
  const { execution } = draft;
  const item = extra.item ?? nearestItem(draft, scope);
  return {
    Execution: {
      Id: execution.arn,
      Input: execution.input,
      Name: execution.name,
      RoleArn: execution.roleArn,
      StartTime: isoTime(execution.startedAt),
      RedriveCount: execution.redriveCount,
    },
    StateMachine: { Id: execution.machineArn, Name: execution.machineName },
    State: {
      Name: frame.state,
      EnteredTime: isoTime(frame.enteredAt),
      RetryCount: frame.retries.reduce((sum, count) => sum + count, 0),
    },
    ...(extra.token !== undefined && { Task: { Token: extra.token } }),
    ...(item !== undefined && { Map: { Item: itemObject(item) } }),
  };
}

/** The item of the innermost iteration a scope runs in. */
function nearestItem(draft: Draft, scope: ExecutionScope): MapItem | undefined {
  let current: ExecutionScope | undefined = scope;
  while (current !== undefined) {
    if (current.item !== undefined) return current.item;
    current = current.parentId === undefined ? undefined : draft.scope(current.parentId);
  }
  return undefined;
}

/** `Map.Item` of the context object. */
export function itemObject(item: MapItem): Json {
  return { Index: item.index, ...(item.key !== undefined && { Key: item.key }), Value: item.value };
}

function isoTime(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
