/** How often every measurement is made, unless a benchmark says otherwise. */
export const roundsDefault = Number(process.env["BENCH_ROUNDS"] ?? 5);

export function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

/** Runs every measurement once a round, one after another, so that all meet the same weather. */
export async function inTurns<Name extends string>(
  rounds: number,
  measurements: Readonly<Record<Name, () => Promise<number>>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(measurements) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = 0; round < rounds; round += 1)
    for (const name of names) results[name].push(await measurements[name]());
  return results;
}

/** Median of the ratios of paired rounds. */
export function ratio(measured: readonly number[], yardstick: readonly number[]): number {
  return median(measured.map((value, round) => value / (yardstick[round] ?? Number.NaN)));
}

export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
