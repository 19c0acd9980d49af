/** A word as a user types it in a shell, in quotes if it needs them. */
export function quote(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
