/** A word as it is typed in a shell, in quotes where it needs them. */
export function quote(text: string): string {
  return /^[\w./~-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
