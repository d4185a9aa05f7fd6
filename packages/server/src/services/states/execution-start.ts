/** What an execution begins with and what is left of it when it ends. */
import type { ExecutionStatus, Json } from "@tutti/asl";

export interface StartRequest {
  readonly machineArn: string;
  /** A random one when absent. */
  readonly name?: string | undefined;
  /** JSON text. */
  readonly input: string;
  readonly traceHeader?: string | undefined;
}

/** An execution that has been checked and may start. */
export interface ExecutionStart {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly revision: string;
  readonly roleArn: string;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** As the client wrote it, and parsed. */
  readonly inputText: string;
  readonly input: Json;
  readonly traceHeader: string | null;
  /** True when the very same execution runs already, so that there is nothing to start. */
  readonly isRepeated: boolean;
}

export interface ExecutionOutcome {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly status: ExecutionStatus;
  readonly startedAt: number;
  readonly stoppedAt: number;
  readonly input: string;
  readonly output: string | null;
  readonly error: string | null;
  readonly cause: string | null;
}
