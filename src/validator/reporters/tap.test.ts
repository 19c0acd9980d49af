import assert from 'node:assert/strict'
import { test } from 'node:test'
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
import { createTapReporter } from './tap.ts'

/** The lines of a document outside the YAML blocks. */
function outsideYaml(tap: string): string[] {
  return tap.replace(/^ {2}---\n[\s\S]*?^ {2}\.\.\.\n/gm, '').split('\n')
}

test('the TAP reporter writes a plan and a line for each case', () => {
  const results = [aCase(), aFailure(), aSkip('no SupportsLocks')]

  const lines = outsideYaml(written(createTapReporter, eventsOf(results)))

  assert.deepEqual(lines, [
    'TAP version 14',
    '1..3',
    'ok 1 - Locks: Locks.Happy',
    'not ok 2 - Locks: Locks.Mismatch',
    'ok 3 - Locks: Locks.Happy # SKIP no SupportsLocks',
    '# 1 case: Locks.Mismatch: Lock: status is 200, not 409',
    '# Run one case alone and read what goes over the wire: --name Locks.Mismatch',
    '',
  ])
})

test('the TAP reporter tells in a YAML block why a case failed', () => {
  const tap = written(createTapReporter, eventsOf([aFailure()]))

  const message = /^ {2}message: (".*")$/m.exec(tap)?.[1]
  const exchange = /^ {4}- (".*")$/m.exec(tap)?.[1]
  assert.match(JSON.parse(message ?? ''), /200, not 409\npage "Lock": /)
  assert.match(
    JSON.parse(exchange ?? ''),
    /^POST https:[\s\S]*\n\n200\nX-WOPI-Lock: \n\n\{"a":1\}$/,
  )
})

test('the TAP reporter keeps hostile names within their line', () => {
  const results = [aHostileFailure(), aSkip(HOSTILE, { name: HOSTILE })]

  const lines = outsideYaml(written(createTapReporter, eventsOf(results)))

  assert.equal(lines.length, 7)
  assert.ok(lines.slice(2, 4).every((line) => line.includes('\\# TODO')))
  assert.equal(lines[3]?.match(/(?<!\\)#/g)?.length, 1)
})

test('the TAP reporter bails out of a run that stopped early, and of one without cases', () => {
  const stopped = written(createTapReporter, eventsOf([aCase()], { cases: 3 }))
  const lost = written(createTapReporter, eventsOf([aFailure()], { cases: 3, stopped: LOST }))
  const empty = written(createTapReporter, eventsOf([]))

  assert.match(stopped, /^Bail out! 1 of 3 cases ran$/m)
  assert.match(lost, /^Bail out! CheckFileInfo answers 404\.$/m)
  assert.match(empty, /^Bail out! no case ran$/m)
})
