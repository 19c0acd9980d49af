/** Longest key, in characters. */
const KEY_MAX_CHARS = 200
const KEY = /^[a-z0-9-]+(?:\/[a-z0-9-]+)*$/

/**
 * Refuses keys that have another form than the port's, so that none can name a place outside a store.
 *
 * @throws RangeError
 */
export function checkBlobKey(key: string): void {
  if (key.length > KEY_MAX_CHARS || !KEY.test(key))
    throw new RangeError(
      `A blob key is parts of [a-z0-9-]+ joined by "/", at most ${KEY_MAX_CHARS} characters: ` +
        `received ${JSON.stringify(key.slice(0, KEY_MAX_CHARS + 1))}`,
    )
}

/**
 * Refuses every prefix that is not `''` or whole parts of a key, ending in `/`.
 *
 * @throws RangeError
 */
export function checkBlobPrefix(prefix: string): void {
  if (prefix === '') return
  if (!prefix.endsWith('/'))
    throw new RangeError(`A prefix is "" or ends in "/": received ${JSON.stringify(prefix)}`)
  checkBlobKey(prefix.slice(0, -1))
}

/**
 * Refuses a range that reaches past the end of a blob.
 *
 * @throws RangeError
 */
export function checkRange(start: number, end: number, length: number): void {
  const isRange = Number.isSafeInteger(start) && Number.isSafeInteger(end)
  if (!isRange || start < 0 || start > end || end > length)
    throw new RangeError(`A range lies within 0 and ${length}: received ${start} to ${end}`)
}
