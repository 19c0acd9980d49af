import { performance } from 'node:perf_hooks'
import type { BudgetTimers } from './memory-budget.ts'

/** The system's clock and alarms. No alarm keeps the process alive. */
export const systemTimers: BudgetTimers = {
  now: () => performance.now(),
  after(ms, action) {
    const alarm = setTimeout(action, ms).unref()
    return () => clearTimeout(alarm)
  },
}
