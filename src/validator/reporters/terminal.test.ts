import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  aCase,
  aFailure,
  aHostileFailure,
  aSkip,
  eventsOf,
  HOSTILE,
  LOST,
  written,
} from '../../../test/helpers/run-events.ts'
import { createTerminalReporter, type TerminalOptions } from './terminal.ts'

const reporter = (options?: TerminalOptions) => (write: (text: string) => void) =>
  createTerminalReporter(write, options)

const RESULTS = [
  aCase(),
  aFailure(),
  aSkip('CheckFileInfo does not say SupportsContainers = true', { group: 'Container' }),
  aSkip('CheckFileInfo does not say SupportsContainers = true', { group: 'Ecosystem' }),
  aSkip('needs --proof-key', { group: 'ProofKeys' }),
]

describe('the terminal reporter', () => {
  test('writes a line for each case, then counts by group and the reasons of skips', () => {
    const text = written(reporter(), eventsOf(RESULTS))

    assert.match(text, /^ok {3}Locks: Locks\.Happy$/m)
    assert.match(text, /^skip ProofKeys: .* \(needs --proof-key\)$/m)
    assert.match(text, /^Locks +1 +1 +0$/m)
    assert.match(text, /^Container +0 +0 +1$/m)
    assert.match(
      text,
      /^2 skipped: CheckFileInfo does not say SupportsContainers = true\n1 skipped: needs --proof-key$/m,
    )
    assert.match(text, /^FAILED: 1 passed, 1 failed, 3 skipped in 1\.2 s\n$/m)
  })

  test('does not count cases that are about another kind of host', () => {
    const other = aSkip('CheckFileInfo says SupportsLocks = true', { notApplicable: true })

    const text = written(reporter(), eventsOf([aCase(), other]))

    assert.match(text, /^1 does not apply to this host: CheckFileInfo says SupportsLocks = true$/m)
    assert.match(text, /^PASSED: 1 passed, 0 failed, 0 skipped/m)
  })

  test('tells how many cases were left out because they wait', () => {
    const text = written(reporter(), eventsOf(RESULTS, { leftOut: 17 }))

    assert.match(text, /^17 left out: they wait for locks to expire \(--delays\)$/m)
  })

  test('shows with a failure its clause, the request and the answer', () => {
    const text = written(reporter(), eventsOf([aFailure()]))

    for (const part of [
      'FAIL Locks: Locks.Mismatch\n',
      '    status is 200, not 409\n    page "Lock": A mismatch is answered with 409\n',
      '    POST https://docs.example/wopi/files/f1?access_token=…\n    X-WOPI-Override: LOCK\n',
      '    200\n    X-WOPI-Lock: \n\n    {"a":1}\n',
    ])
      assert.ok(text.includes(part), `${part}\nis not in\n${text}`)
  })

  test('rewrites one line on a terminal, and keeps it within its width', () => {
    const long = aCase({ name: 'x'.repeat(200) })

    const text = written(reporter({ isTTY: true, columns: 40 }), eventsOf([long, aCase()]))

    const [progress = ''] = text.split('\n').filter((line) => line.includes('1/2'))
    const shown = progress.split('\r\x1b[K').filter((part) => part !== '')
    assert.deepEqual(
      shown.map((part) => part.slice(0, 10)),
      ['1/2 Locks:', '2/2 Locks:'],
    )
    assert.ok(shown.every((part) => part.length < 40))
    assert.doesNotMatch(text, /^ok /m)
  })

  test('shows the first failure of a cause in full, and the others by its name', () => {
    const [first, second] = ['Locks.First', 'Locks.Second']
    const text = written(
      reporter(),
      eventsOf([aFailure({ name: first }), aFailure({ name: second })]),
    )

    assert.equal(text.match(/status is 200, not 409\n {4}page/g)?.length, 1)
    assert.match(text, /^FAIL Locks: Locks\.Second \(as Locks\.First\)$/m)
    assert.match(
      text,
      /^What is wrong, and what to look at first:\n\n 1\. Lock: status is 200, not 409\n {4}Run one case alone.*\n {4}2 cases, first Locks\.First$/m,
    )
  })

  test('says why a run was stopped, before anything else that is wrong', () => {
    const results = [aFailure({ name: 'Other' }), aFailure()]

    const text = written(reporter(), eventsOf(results, { cases: 7, stopped: LOST }))

    assert.match(
      text,
      /^ 1\. CheckFileInfo answers 404\.\n {4}Look at the rename\.\n {4}1 case: Locks\.Mismatch$/m,
    )
    assert.match(
      text,
      /^Stopped after 2 of 7 cases: the others would fail for the first cause, too\.$/m,
    )
  })

  test('says that a run was stopped', () => {
    const text = written(reporter(), eventsOf([aCase()], { cases: 7 }))

    assert.match(text, /^Stopped after 1 of 7 cases\.$/m)
  })

  test('lets no text of a host move the cursor or write lines of its own', () => {
    const results = [aHostileFailure(), aSkip(HOSTILE, { name: HOSTILE })]

    const text = written(reporter({ allowSkips: true }), eventsOf(results))

    // biome-ignore lint/suspicious/noControlCharactersInRegex: their absence is what is asserted
    assert.doesNotMatch(text, /[\u0000-\u0008\u000b-\u001f]/)
    assert.doesNotMatch(text, /^not ok 9/m)
  })
})
