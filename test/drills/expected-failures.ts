/**
 * Drills that fail today, by their names, each with what the host does instead. Whoever mends the
 * cause removes the line: a drill that passes while it stands here fails.
 */
export const EXPECTED_FAILURES: Readonly<Record<string, string>> = {
  'EnumerateChildren finds files of an extension behind many others':
    'it looks among the first 10,000 only',
}
