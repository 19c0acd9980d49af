import assert from 'node:assert/strict'
import test from 'node:test'
import { DEFAULT_RETENTION, outdatedStates } from './retention.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR
/** A Thursday, at midnight. */
const START = Date.UTC(2026, 0, 1)
const AGE = 30 * DAY

/** States of these ages in ms, newest first, whose ids tell them. */
function statesOf(now: number, ...ages: number[]) {
  return ages.map((age) => ({ manifestId: String(age), createdAt: now - age }))
}

test('outdatedStates leaves the newest ones, and the current one always', () => {
  const states = statesOf(START + MINUTE, 0, 1, 2, 3)
  const outdated = (historyStates: number) =>
    outdatedStates(states, { historyStates, historyAgeMs: AGE }, START + MINUTE)

  assert.deepEqual(outdated(10), [])
  assert.deepEqual(outdated(4), [])
  assert.deepEqual(outdated(2), ['2', '3'])
  assert.deepEqual(outdated(1), ['1', '2', '3'])
})

test('outdatedStates counts the age of a state from when it was replaced', () => {
  const states = statesOf(START, 0, 2 * DAY, 40 * DAY, 50 * DAY)
  const outdated = (historyAgeMs: number) =>
    outdatedStates(states, { historyStates: 10, historyAgeMs }, START)

  assert.deepEqual(outdated(30 * DAY), [String(50 * DAY)])
  assert.deepEqual(outdated(2 * DAY), [String(50 * DAY)])
  assert.deepEqual(outdated(2 * DAY - 1), [String(40 * DAY), String(50 * DAY)])
  assert.deepEqual(outdated(0), [String(40 * DAY), String(50 * DAY)])
})

test('an autosave every minute leaves the days of a week, the weeks of a month and some hours', () => {
  let states: { manifestId: string; createdAt: number }[] = []
  const end = START + 35 * DAY + 12 * HOUR

  for (let now = START; now < end; now += MINUTE) {
    states = [{ manifestId: String(now), createdAt: now }, ...states]
    // A sweep comes now and then.
    if (now % (7 * MINUTE) !== 0) continue
    const outdated = new Set(outdatedStates(states, DEFAULT_RETENTION, now))
    states = states.filter(({ manifestId }) => !outdated.has(manifestId))
    assert.ok(states.length <= DEFAULT_RETENTION.historyStates)
  }

  const ages = (periodMs: number) =>
    new Set(states.map(({ createdAt }) => Math.floor((end - createdAt) / periodMs)))
  for (let day = 0; day < 7; day++) assert.ok(ages(DAY).has(day), `a state ${day} days old`)
  for (let week = 0; week < 4; week++) assert.ok(ages(7 * DAY).has(week), `${week} weeks old`)
  for (let hour = 0; hour < 3; hour++) assert.ok(ages(HOUR).has(hour), `${hour} hours old`)
})
