/** Bounds on what a definition may say. Inclusive, unless the name says otherwise. */

/** AWS counts characters. */
export const DEFINITION_CHARACTERS_MAX = 1_048_576;
export const STATE_NAME_CHARACTERS_MAX = 80;
export const VARIABLE_NAME_CHARACTERS_MAX = 80;

export interface NumberRange {
  readonly minimum: number;
  readonly maximum: number;
  /** Digits behind the point in AWS's texts. */
  readonly fractionDigits?: number;
}

export const SECONDS_MAX = 99_999_999;

/** `TimeoutSeconds` and `HeartbeatSeconds`. */
export const TIMEOUT_SECONDS: NumberRange = { minimum: 1, maximum: SECONDS_MAX };
/** `Seconds` of a Wait. */
export const WAIT_SECONDS: NumberRange = { minimum: 0, maximum: SECONDS_MAX };

export const RETRY_INTERVAL_SECONDS: NumberRange = { minimum: 1, maximum: SECONDS_MAX };
export const RETRY_MAX_ATTEMPTS: NumberRange = { minimum: 0, maximum: SECONDS_MAX };
export const RETRY_BACKOFF_RATE: NumberRange = { minimum: 1, maximum: Number.MAX_VALUE };
/** Documented as "greater than 0 and less than 31622400". */
export const RETRY_MAX_DELAY_SECONDS: NumberRange = { minimum: 1, maximum: 31_622_399 };

export const RETRY_DEFAULTS = { intervalSeconds: 1, maxAttempts: 3, backoffRate: 2 } as const;

export const MAP_MAX_CONCURRENCY: NumberRange = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const MAP_TOLERATED_FAILURE_COUNT: NumberRange = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const MAP_TOLERATED_FAILURE_PERCENTAGE: NumberRange = { minimum: 0, maximum: 100, fractionDigits: 1 };
/** `ReaderConfig.MaxItems`. */
export const MAP_MAX_ITEMS: NumberRange = { minimum: 0, maximum: 100_000_000 };
export const MAP_MAX_ITEMS_PER_BATCH: NumberRange = { minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
export const MAP_MAX_INPUT_BYTES_PER_BATCH: NumberRange = { minimum: 0, maximum: 262_144 };
export const MAP_LABEL_CHARACTERS_MAX = 40;

/**
 * Characters of the pointers of all branches and item processors together. Machines and executions name their scopes by
 * them, so a megabyte of branches far down in long names would take gigabytes.
 */
export const SCOPE_POINTER_CHARACTERS_MAX = 16_777_216;
