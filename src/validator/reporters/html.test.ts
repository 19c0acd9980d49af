import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  aCase,
  aFailure,
  aHostileFailure,
  aSkip,
  eventsOf,
  written,
} from '../../../test/helpers/run-events.ts'
import { createHtmlReporter } from './html.ts'

const VOID = new Set(['meta', 'input'])

/** Names of the elements, checked to be closed in order. */
function elementsOf(html: string): string[] {
  const names: string[] = []
  const open: string[] = []
  for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z][a-z0-9]*)(?:\s[^<>]*)?>/g)) {
    if (slash) assert.equal(open.pop(), name)
    else {
      names.push(name)
      if (!VOID.has(name)) open.push(name)
    }
  }
  assert.deepEqual(open, [])
  return names
}

test('the HTML reporter writes one whole page that loads nothing and runs no script', () => {
  const html = written(createHtmlReporter, eventsOf([aCase(), aFailure(), aSkip('no locks')]))

  const elements = elementsOf(html)
  assert.ok(!elements.includes('script'))
  assert.doesNotMatch(html, /\b(src|href)="(?!#)/)
  assert.equal(elements.filter((name) => name === 'h1').length, 1)
  assert.match(html, /<html lang="en">/)
})

test('the HTML reporter offers a choice of verdicts, and opens what has failed', () => {
  const html = written(createHtmlReporter, eventsOf([aCase(), aFailure(), aSkip('no locks')]))

  assert.match(html, /<label><input type="radio" name="show" id="show-fail"> Failed \(1\)<\/label>/)
  assert.match(html, /<li class="case fail"><details open>/)
  assert.match(html, /<li class="case skip"><details>/)
  assert.match(html, /<li>1 skipped: no locks<\/li>/)
})

test('the HTML reporter shows hostile texts as texts', () => {
  const hostile = elementsOf(written(createHtmlReporter, eventsOf([aHostileFailure()])))
  const harmless = elementsOf(written(createHtmlReporter, eventsOf([aFailure()])))

  assert.deepEqual(hostile, harmless)
})
