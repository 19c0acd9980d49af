import { joinBytes } from './join.ts'

/** Reads all of `body` into memory. Returns `undefined` as soon as it exceeds `maxBytes`. */
export async function readLimited(
  body: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  const parts: Uint8Array[] = []
  let length = 0
  for await (const bytes of body) {
    length += bytes.length
    if (length > maxBytes) return undefined
    parts.push(bytes)
  }
  return joinBytes(parts)
}
