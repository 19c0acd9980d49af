import type { Holder } from './memory-holder.ts'

/** Who holds how much of a budget, in bytes. */
export interface Shares {
  /** Counts `bytes` more for the holder's user and document, or fewer when it is negative. */
  add(holder: Holder, bytes: number): void
  used(): number
  /** How many bytes are lacking to give out `more`; zero or less when there is room. */
  missing(more: number): number
  ofUser(holder: Holder): number
  /** Only several requests together are limited to half; a single request may need more. */
  isWithinHalf(holder: Holder, more: number): boolean
  /** Whether the user of `one`, or else its document, holds less than that of `other`. */
  holdsLess(one: Holder, other: Holder): boolean
}

/** Creates the shares of a budget of which nothing is used. */
export function createShares(totalBytes: number): Shares {
  const byUser = new Map<string, number>()
  const byDocument = new Map<string, number>()
  let used = 0

  const ofUser = ({ names }: Holder) => byUser.get(names.userId) ?? 0
  const ofDocument = ({ names }: Holder) => byDocument.get(names.documentKey) ?? 0

  return {
    add({ names }, bytes) {
      used += bytes
      addTo(byUser, names.userId, bytes)
      addTo(byDocument, names.documentKey, bytes)
    },
    used: () => used,
    missing: (more) => used + more - totalBytes,
    ofUser,
    isWithinHalf(holder, more) {
      const others = Math.max(ofUser(holder), ofDocument(holder)) - holder.counted
      return others <= 0 || others + holder.counted + more <= totalBytes / 2
    },
    holdsLess(one, other) {
      const users = ofUser(one) - ofUser(other)
      return users < 0 || (users === 0 && ofDocument(one) < ofDocument(other))
    },
  }
}

function addTo(sums: Map<string, number>, key: string, bytes: number): void {
  const sum = (sums.get(key) ?? 0) + bytes
  if (sum > 0) sums.set(key, sum)
  else sums.delete(key)
}
