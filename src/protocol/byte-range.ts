/** Bytes of a whole, the end excluded. */
interface Range {
  start: number
  end: number
}

const ONE_RANGE = /^bytes=(\d{0,16})-(\d{0,16})$/

/**
 * The bytes that a Range header asks for (RFC 9110, section 14). `undefined` for the whole: also when
 * there are several ranges, or none of their bytes exists, since any Range may be ignored.
 *
 * @param size of the whole, in bytes
 */
export function readByteRange(value: string | undefined, size: number): Range | undefined {
  const [, first, last] = ONE_RANGE.exec(value ?? '') ?? []
  if (first === undefined || last === undefined || first + last === '') return undefined
  const range =
    first === ''
      ? { start: Math.max(0, size - Number(last)), end: size }
      : { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1) }
  return range.start < range.end ? range : undefined
}
