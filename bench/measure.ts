/** The middle of the values; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const high = sorted[Math.floor(middle)]
  const low = sorted[Math.ceil(middle) - 1]
  if (high === undefined || low === undefined) throw new RangeError('no values to take a median of')
  return (low + high) / 2
}

/** The value below which this share of the values lies. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]
  if (value === undefined) throw new RangeError('no values to take a percentile of')
  return value
}

/**
 * Measures several things in turn, round by round, so that a change of the machine's mood meets
 * all of them alike.
 *
 * @param options.warmUp a first round that does not count, for servers that serve all rounds
 * @returns what each one measured, in rounds
 */
export async function measureInTurn<Name extends string>(
  rounds: number,
  things: Record<Name, () => Promise<number>>,
  options: { warmUp?: boolean } = {},
): Promise<Record<Name, number[]>> {
  const names = Object.keys(things) as Name[]
  const measured = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<
    Name,
    number[]
  >
  if (options.warmUp) for (const name of names) await things[name]()
  for (let round = 0; round < rounds; round += 1) {
    // Every other round backwards: what comes second in one round comes first in the next.
    const order = round % 2 === 0 ? names : names.toReversed()
    for (const name of order) measured[name].push(await things[name]())
  }
  return measured
}

/** The median of the rounds' own ratios, each of two values measured next to each other. */
export function medianRatio(values: readonly number[], floors: readonly number[]): number {
  return median(values.map((value, round) => value / (floors[round] ?? Number.NaN)))
}

/** How long something takes, in ms. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** Megabytes (10^6) a second. */
export function megabytesPerSecond(bytes: number, ms: number): number {
  return bytes / 1000 / ms
}
