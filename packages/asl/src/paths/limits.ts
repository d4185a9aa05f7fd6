/** Bounds on what a path may ask for, so that no definition can run away. */
export const limits = {
  pathCharactersMax: 4_096,
  filterDepthMax: 32,
  /** Regular expressions in filters: pattern and subject. */
  patternCharactersMax: 256,
  subjectCharactersMax: 4_096,
} as const;
