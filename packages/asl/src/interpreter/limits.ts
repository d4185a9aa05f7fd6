/** What the interpreter bounds, each with AWS's figure where AWS has one. */

/** Events in one history. The last one, 25,000, is always the one that ends the execution. */
export const HISTORY_EVENTS_MAX = 25_000;

/** UTF-8 bytes of the compact JSON of an input, a result or an output. */
export const PAYLOAD_BYTES_MAX = 262_144;

/** UTF-8 bytes of the compact JSON of all variables of an execution. What one state assigns is bounded like a payload. */
export const VARIABLES_BYTES_MAX = 10_485_760;

/** Iterations of an inline Map that run at once, whatever `MaxConcurrency` asks for. */
export const INLINE_CONCURRENCY_MAX = 40;

/** A Wait, a task's timeout and its heartbeat, in seconds. */
export const WAIT_SECONDS_MAX = 99_999_999;

/** A retrier's delay when it names no `MaxDelaySeconds`: the largest value that field may have. */
export const RETRY_DELAY_SECONDS_MAX = 31_622_400;

/** Characters of a cause and of an error name, as the API returns them. */
export const CAUSE_LENGTH_MAX = 32_768;
export const ERROR_LENGTH_MAX = 256;

/**
 * States one step runs before it hands over to the next (`continue`): a loop of Pass and Choice may go on for thousands
 * of states, and the host wants to commit and to serve others in between.
 */
export const STATES_PER_STEP_MAX = 200;
