/**
 * Copies byte arrays of a call. The caller may change them before the command runs, and sending a
 * view to another thread would copy all that lies around it.
 */
export function ownBytes(input: unknown): unknown {
  if (input instanceof Uint8Array) return new Uint8Array(input)
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return input
  const entries = Object.entries(input)
  if (!entries.some(([, value]) => value instanceof Uint8Array)) return input
  return Object.fromEntries(
    entries.map(([name, value]) => {
      return [name, value instanceof Uint8Array ? new Uint8Array(value) : value]
    }),
  )
}
