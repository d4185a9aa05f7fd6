/** What may be longer than the rules allow, and why. One line an exemption; it has to go when it is no longer needed. */
export type Exemptions = ReadonlyMap<string, string>;

/** By path for a file, by `path#function` for a function. */
export const lengthExemptions: Exemptions = new Map([
  ["packages/asl/src/json/scanner.ts", "one scanner over one text; its wording of errors could move out next"],
  [
    "packages/server/src/kernel/store/store-conformance.ts#testStore",
    "the suite every store runs: as long as its tests, like the callback of a describe",
  ],
]);
