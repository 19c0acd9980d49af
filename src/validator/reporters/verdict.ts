import type { Totals } from '../report.ts'

/** Whether a run shows that a host conforms, in one line. */
export interface RunVerdict {
  ok: boolean
  text: string
}

/**
 * Judges a run. Nothing executed is no success, and neither is a case that was skipped: what was
 * not tried is not known to work.
 *
 * @param options.allowSkips skipped cases do no harm as long as one has passed
 */
export function judge(totals: Totals, { allowSkips = false } = {}): RunVerdict {
  const { passed, failed, skipped } = totals
  const counts = `${passed} passed, ${failed} failed, ${skipped} skipped`
  if (failed > 0) return { ok: false, text: `FAILED: ${counts}` }
  if (passed + skipped === 0) return { ok: false, text: 'FAILED: no case ran' }
  if (passed === 0) return { ok: false, text: `FAILED: nothing was executed, ${skipped} skipped` }
  if (skipped > 0 && !allowSkips)
    return { ok: false, text: `FAILED: ${counts} (--allow-skips accepts skipped cases)` }
  return { ok: true, text: `PASSED: ${counts}` }
}
