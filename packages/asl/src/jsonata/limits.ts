/** Bounds on what an expression may ask for, so that none can stop the process that evaluates it. */
export const limits = {
  expressionCharactersMax: 262_144,
  /** How deeply an expression may be nested; a chain of operators (`a & b & c`) counts as nesting. */
  expressionDepthMax: 500,
  /**
   * Work of one evaluation: a step is an item of a path, a call, a comparison of a sort, eight items of an array that is
   * made, eight characters of a text that is made, a few instructions of a regular expression.
   */
  stepsMax: 3_000_000,
  /** Levels of expressions that are open at once, those of all the functions that are being called together. */
  depthMax: 2_000,
  /** How deeply a value may be nested where it has to be walked: compared, made into text, searched with `**`, returned. */
  valueDepthMax: 1_000,
  textCharactersMax: 8_388_608,
  /** Of all arrays of one evaluation together; some of it is soon forgotten. */
  itemsMax: 4_000_000,
  /** JSONata's own limit on `[a..b]`; AWS's on `$range` is the size of a payload. */
  rangeItemsMax: 10_000_000,
  /** A regular expression with its counted repetitions written out, in instructions. */
  patternInstructionsMax: 4_096,
  patternDepthMax: 64,
  patternRepetitionsMax: 1_000,
  /** Instructions times characters: what is remembered of a search, in bits. */
  patternMemoryBitsMax: 268_435_456,
} as const;
