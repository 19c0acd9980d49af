import { createContext, Script } from 'node:vm'
import { CHECK_MAX_MS } from './limits.ts'
import { CaseError } from './requests/case-error.ts'

const CALL = new Script('work()')
/** Making a context takes longer than most checks. */
const GLOBALS: { work?: () => unknown } = {}
const CONTEXT = createContext(GLOBALS)

/**
 * Does work that may never end by itself, such as matching a pattern that comes from a file.
 *
 * @throws CaseError when it takes too long
 */
export function withinTime<Result>(work: () => Result): Result {
  GLOBALS.work = work
  try {
    return CALL.runInContext(CONTEXT, { timeout: CHECK_MAX_MS })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error
    throw new CaseError(`The check takes longer than ${CHECK_MAX_MS} ms`)
  }
}
