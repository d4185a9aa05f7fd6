/** A small seeded generator of numbers in [0, 1) (mulberry32), so that a failing run can be run again. */
export type Random = () => number;

export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

/** A whole number from `low` to `high`, both included. */
export function integer(random: Random, low: number, high: number): number {
  return low + Math.floor(random() * (high - low + 1));
}

export function pick<const Choice>(random: Random, choices: readonly Choice[]): Choice {
  const index = Math.floor(random() * choices.length);
  const choice = choices[index];
  if (choice === undefined) throw new Error("There is nothing to pick from.");
  return choice;
}

export function chance(random: Random, probability: number): boolean {
  return random() < probability;
}
