/** Handles of message move tasks: base64 of a JSON object, as AWS's are. */

export interface MoveTaskHandle {
  readonly taskId: string;
  readonly sourceArn: string;
}

export function formatMoveTaskHandle({ taskId, sourceArn }: MoveTaskHandle): string {
  return Buffer.from(JSON.stringify({ taskId, sourceArn })).toString("base64");
}

/** Undefined for what is not a handle. */
export function parseMoveTaskHandle(text: string): MoveTaskHandle | undefined {
  try {
    const value = JSON.parse(Buffer.from(text, "base64").toString("utf8")) as Partial<Record<string, unknown>> | null;
    const { taskId, sourceArn } = value ?? {};
    return typeof taskId === "string" && typeof sourceArn === "string" ? { taskId, sourceArn } : undefined;
  } catch {
    return undefined;
  }
}
