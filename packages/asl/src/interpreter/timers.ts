/**
 * Names of timers, tasks and Map Runs. Each names the scope it belongs to and the history event it came with, so it is unique
 * within the execution and its scope is found without a search: `wait:3:17`, `retry:3:17:2` (the second), `task:3:18`.
 */

/** The timer of the machine's own `TimeoutSeconds`. */
export const EXECUTION_TIMER_ID = "execution";

export function timerId(purpose: "wait" | "timeout" | "heartbeat", scopeId: number, eventId: number): string {
  return `${purpose}:${scopeId}:${eventId}`;
}

/** @param retryNumber how many retries of the state there were, this one included */
export function retryTimerId(scopeId: number, enteredEventId: number, retryNumber: number): string {
  return `retry:${scopeId}:${enteredEventId}:${retryNumber}`;
}

/** The id of the task whose `…Scheduled` event has this id. */
export function taskIdOf(scopeId: number, eventId: number): string {
  return `task:${scopeId}:${eventId}`;
}

/** The id of the Map Run whose `MapStateStarted` event has this id. */
export function mapRunIdOf(scopeId: number, eventId: number): string {
  return `map:${scopeId}:${eventId}`;
}

/** The scope a timer, task or Map Run belongs to; NaN for an id that is none of ours. */
export function scopeIdOf(id: string): number {
  return Number(id.split(":")[1] ?? Number.NaN);
}
