import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { EXPECTED_FAILURES } from './expected-failures.ts'

/** How much of a failure is shown. */
const SHOWN_CHARACTERS = 300

/**
 * A test of something that goes wrong in a host's life. One whose name stands among the expected
 * failures is marked as yet to be done while it fails, and fails as soon as it passes.
 */
export function drill(name: string, run: (context: TestContext) => Promise<void>): void {
  const reason = EXPECTED_FAILURES[name]
  if (reason === undefined) {
    test(name, run)
    return
  }
  test(name, async (context) => {
    const failed = await run(context).then(
      () => undefined,
      (error: unknown) => error ?? 'nothing was thrown',
    )
    assert.ok(failed !== undefined, 'It passes now: remove its line in expected-failures.ts')
    context.diagnostic(`${failed}`.slice(0, SHOWN_CHARACTERS))
    context.todo(`fails as expected: ${reason}`)
  })
}
