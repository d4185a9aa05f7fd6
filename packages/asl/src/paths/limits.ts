/** Bounds on what a path may ask for, so that no definition can run away. */
export const limits = {
  pathCharactersMax: 4_096,
  filterDepthMax: 32,
  /** Values looked at by one evaluation, those of its filters included; about a tenth of a second. */
  stepsMax: 1_000_000,
  /** Regular expressions in filters: the text, and what it comes to with its counted repetitions written out. */
  patternCharactersMax: 256,
  patternInstructionsMax: 4_096,
} as const;
