/** What may be longer than the rules allow, and why. One line an exemption; it has to go when it is no longer needed. */
export type Exemptions = ReadonlyMap<string, string>;

/** By path for a file, by `path#function` for a function. */
export const lengthExemptions: Exemptions = new Map([
  [
    "packages/server/src/kernel/store/store-conformance.ts#testStore",
    "the suite every store runs: as long as its tests, like the callback of a describe",
  ],
]);
