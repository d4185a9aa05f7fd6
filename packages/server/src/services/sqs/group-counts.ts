/**
 * How many messages each group has in the backlog, for the metrics of fair queues. It knows the messages that went there
 * since the queue was loaded, and of the first so many groups; the others' count as those of quiet groups.
 */
import { memoryLimits } from "./limits.ts";

export class GroupCounts {
  readonly #counts = new Map<string, number>();

  of(groupId: string): number {
    return this.#counts.get(groupId) ?? 0;
  }

  add(groupId: string | null, step: 1 | -1): void {
    if (groupId === null) return;
    const before = this.#counts.get(groupId);
    if (before === undefined && (step < 0 || this.#counts.size >= memoryLimits.countedGroups)) return;
    const count = (before ?? 0) + step;
    if (count > 0) this.#counts.set(groupId, count);
    else this.#counts.delete(groupId);
  }

  clear(): void {
    this.#counts.clear();
  }
}
