import type { SystemCalls } from './system-calls.ts'

/** Writes all of the slices from a position on, however little each call takes. */
export async function writeAll(
  calls: SystemCalls,
  file: number,
  slices: Uint8Array[],
  position: number,
): Promise<void> {
  let at = position
  for (let left = slices; left.length > 0; ) {
    const count = await calls.write(file, left, at)
    at += count
    left = dropBytes(left, count)
  }
}

/** What is left of the slices when their first `count` bytes were written. */
export function dropBytes(slices: Uint8Array[], count: number): Uint8Array[] {
  let left = count
  const index = slices.findIndex((slice) => {
    if (slice.length > left) return true
    left -= slice.length
    return false
  })
  if (index < 0) return []
  const [first, ...rest] = slices.slice(index)
  return first ? [first.subarray(left), ...rest] : []
}
