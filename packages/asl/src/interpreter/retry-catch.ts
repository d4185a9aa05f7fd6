/**
 * Which retrier or catcher takes an error, and how long a retry waits.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 *
 * The first retrier that names the error decides alone: once its attempts are used up the error goes to the catchers,
 * even when a later retrier names it too. Every retrier counts for itself, from the moment the state is entered.
 */
import type { Catcher, ErrorHandling, Retrier } from "../definition/machine.ts";
import type { StateFailure } from "./execution.ts";
import { RETRY_DELAY_SECONDS_MAX } from "./limits.ts";

export interface RetryDecision {
  readonly retrierIndex: number;
  readonly delayMilliseconds: number;
}

/**
 * The retry that is due, if any.
 *
 * @param retries attempts used so far, one counter per retrier
 * @param random in [0, 1), asked only for a retrier with full jitter
 */
export function chooseRetry(
  state: ErrorHandling,
  retries: readonly number[],
  failure: StateFailure,
  random: () => number,
): RetryDecision | undefined {
  // A terminal error is never tried again, whatever the retrier names.
  if (failure.error === "States.Runtime" || failure.error === "States.DataLimitExceeded") return undefined;
  const retrierIndex = state.retry.findIndex((retrier) => matchesError(retrier.errorEquals, failure));
  const retrier = state.retry[retrierIndex];
  const used = retries[retrierIndex] ?? 0;
  if (retrier === undefined || used >= retrier.maxAttempts) return undefined;
  return { retrierIndex, delayMilliseconds: retryDelay(retrier, used, random) };
}

/** Milliseconds before the attempt after `used` others: interval × rate^used, capped, then spread by the jitter. */
function retryDelay(retrier: Retrier, used: number, random: () => number): number {
  const seconds = Math.min(
    retrier.intervalSeconds * retrier.backoffRate ** used,
    retrier.maxDelaySeconds ?? RETRY_DELAY_SECONDS_MAX,
  );
  const spread = retrier.jitterStrategy === "FULL" ? random() : 1;
  return Math.round(seconds * spread * 1000);
}

/** The first catcher that takes the error. `States.Runtime` always fails the execution. */
export function chooseCatcher(state: ErrorHandling, failure: StateFailure): Catcher | undefined {
  if (failure.error === "States.Runtime") return undefined;
  return state.catch.find((catcher) => matchesError(catcher.errorEquals, failure));
}

/**
 * Whether a list of error names takes a failure. `States.TaskFailed` stands for any error but `States.Timeout`,
 * `States.ALL` for any but the terminal ones. A missed heartbeat goes by two names.
 */
export function matchesError(errorEquals: readonly string[], failure: StateFailure): boolean {
  return errorEquals.some((name) => {
    if (name === failure.error) return true;
    switch (name) {
      case "States.ALL":
        return failure.error !== "States.DataLimitExceeded" && failure.error !== "States.Runtime";
      case "States.TaskFailed":
        return failure.error !== "States.Timeout" && failure.error !== "States.Runtime";
      case "States.HeartbeatTimeout":
        return failure.heartbeat === true;
      default:
        return false;
    }
  });
}
