import fc from 'fast-check'

/** Arbitrary sizes of pieces, each from 1 to `max`; {@link cutAt} goes round them. */
export function sizesOf(max: number): fc.Arbitrary<number[]> {
  return fc.array(fc.integer({ min: 1, max }), { minLength: 1, maxLength: 20 })
}

/** Cuts `bytes` into pieces of these sizes, again from the first when they are used up. */
export function cutAt(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let from = 0, i = 0; from < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? bytes.length
    parts.push(bytes.subarray(from, from + size))
    from += size
  }
  return parts
}
