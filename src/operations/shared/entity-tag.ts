/** The strong entity tag of a version of a file (RFC 9110, 8.8.3). */
export function entityTagOf(version: string): string {
  return `"${version}"`
}

/**
 * Whether `If-None-Match` names the version that a client would get, so that it has it already
 * (RFC 9110, 13.1.2): as `*`, or in a list of tags, weak ones included.
 */
export function isKnown(ifNoneMatch: string | undefined, version: string): boolean {
  if (ifNoneMatch === undefined) return false
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''))
  return tags.includes('*') || tags.includes(entityTagOf(version))
}
