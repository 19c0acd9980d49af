const TICKS_PER_MS = 10_000n
const TICKS_AT_1970 = 621_355_968_000_000_000n

/**
 * .NET ticks, 100 ns each since the year 1, of a time in ms since 1970 UTC.
 *
 * @example
 * ```ts
 * import { ticksFromMs } from 'wopikit/protocol'
 *
 * assert.equal(ticksFromMs(0), 621_355_968_000_000_000n)
 * ```
 */
export function ticksFromMs(ms: number): bigint {
  return BigInt(Math.trunc(ms)) * TICKS_PER_MS + TICKS_AT_1970
}

/**
 * Time in ms since 1970 UTC of .NET ticks.
 *
 * @example
 * ```ts
 * import { msFromTicks } from 'wopikit/protocol'
 *
 * assert.equal(msFromTicks(621_355_968_000_000_000n), 0)
 * ```
 */
export function msFromTicks(ticks: bigint): number {
  return Number((ticks - TICKS_AT_1970) / TICKS_PER_MS)
}
