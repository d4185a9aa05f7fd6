/** Task tokens: opaque to the client, unguessable, and enough to find the task they stand for. */
import type { Kernel } from "../../kernel/kernel.ts";
import type { Transaction } from "../../kernel/transaction.ts";
import { machineArnOf } from "./arns.ts";
import { errors } from "./errors.ts";
import { tasksTable } from "./tables.ts";
import type { TaskRow } from "./tables.ts";

const randomBytesCount = 16;

/** Shorter than the 2048 characters the API allows, for the longest names there can be. */
export function newTaskToken(kernel: Kernel, executionArn: string, taskId: string): string {
  const secret = Buffer.from(kernel.random.bytes(randomBytesCount)).toString("base64url");
  return Buffer.from(JSON.stringify([shardOf(kernel, executionArn), executionArn, taskId, secret])).toString(
    "base64url",
  );
}

/**
 * The task a token stands for.
 * @throws InvalidToken for what is no token, TaskTimedOut for a task that has ended, TaskDoesNotExist for a token that
 *   names a task but was never given for it
 */
export function taskByToken(kernel: Kernel, tx: Transaction, token: string): TaskRow {
  const named = parseToken(token);
  if (named === undefined || named.shard !== shardOf(kernel, named.executionArn)) throw errors.invalidToken();
  const task = tx.get(tasksTable, named.executionArn, named.taskId);
  if (task === undefined) throw errors.taskTimedOut();
  if (task.token !== token) throw errors.taskDoesNotExist();
  return task;
}

/** The execution whose task a token stands for; undefined for what is no token. */
export function executionOfToken(token: string): string | undefined {
  return parseToken(token)?.executionArn;
}

function shardOf(kernel: Kernel, executionArn: string): number {
  return kernel.shards.of(machineArnOf(executionArn));
}

function parseToken(token: string): { shard: number; executionArn: string; taskId: string } | undefined {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (!Array.isArray(parsed) || parsed.length !== 4) return undefined;
    const [shard, executionArn, taskId] = parsed as readonly unknown[];
    if (typeof shard !== "number" || typeof executionArn !== "string" || typeof taskId !== "string") return undefined;
    return { shard, executionArn, taskId };
  } catch {
    return undefined;
  }
}
