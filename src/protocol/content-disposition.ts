/**
 * Value of Content-Disposition that makes browsers save a file under this name (RFC 6266). Whatever
 * the name is, the value is of printable ASCII without quotes.
 */
export function attachment(name: string): string {
  return `attachment; filename*=UTF-8''${encodeExtValue(name)}`
}

/** What `encodeURIComponent` leaves as it is, and RFC 8187 does not allow. */
function encodeExtValue(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
