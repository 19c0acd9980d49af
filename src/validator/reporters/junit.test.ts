import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SaxesParser } from 'saxes'
import {
  aCase,
  aFailure,
  aHostileFailure,
  aSkip,
  eventsOf,
  written,
} from '../../../test/helpers/run-events.ts'
import { createJunitReporter } from './junit.ts'

interface Element {
  name: string
  attributes: Record<string, string>
  text: string
}

/** The elements of a document in their order; throws where it is not well-formed. */
function parse(xml: string): Element[] {
  const elements: Element[] = []
  const open: Element[] = []
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: '' }
    elements.push(element)
    open.push(element)
  })
  parser.on('text', (text) => {
    const element = open.at(-1)
    if (element) element.text += text
  })
  parser.on('closetag', () => {
    open.pop()
  })
  parser.write(xml).close()
  return elements
}

test('the JUnit reporter writes a suite for each group, with its counts', () => {
  const results = [
    aCase(),
    aFailure(),
    aCase({ group: 'GetLock' }),
    aSkip('no SupportsLocks', { group: 'GetLock' }),
  ]

  const elements = parse(written(createJunitReporter, eventsOf(results)))

  const suites = elements.filter(({ name }) => name === 'testsuite')
  assert.deepEqual(
    suites.map(({ attributes: { name, tests, failures, skipped } }) => [
      name,
      tests,
      failures,
      skipped,
    ]),
    [
      ['Locks', '2', '1', '0'],
      ['GetLock', '2', '0', '1'],
    ],
  )
  assert.equal(elements[0]?.attributes.tests, '4')
  assert.equal(
    elements.find(({ name }) => name === 'skipped')?.attributes.message,
    'no SupportsLocks',
  )
})

test('the JUnit reporter tells with a failure its clause, the request and the answer', () => {
  const elements = parse(written(createJunitReporter, eventsOf([aFailure()])))

  const failure = elements.find(({ name }) => name === 'failure')
  assert.equal(failure?.attributes.message, 'status is 200, not 409')
  for (const part of ['page "Lock"', 'X-WOPI-Override: LOCK', 'X-WOPI-Lock: ', '{"a":1}'])
    assert.ok(failure?.text.includes(part), part)
})

test('the JUnit reporter writes well-formed XML whatever cases and hosts say', () => {
  const elements = parse(written(createJunitReporter, eventsOf([aHostileFailure()])))

  assert.deepEqual(
    elements.map(({ name }) => name),
    ['testsuites', 'testsuite', 'testcase', 'failure'],
  )
  assert.ok(elements[2]?.attributes.name?.includes(']]> <script>alert("1")</script>'))
  assert.ok(elements[3]?.text.includes('\\u001b[2J'))
})
