import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answer, NOW, passes } from '../../../test/helpers/check-answers.ts'
import type { JsonProperty } from '../cases/validator.ts'

describe('JSON property validators', () => {
  const passesWith = (body: unknown, property: JsonProperty) =>
    passes(answer({ body: JSON.stringify(body) }), [{ check: 'json', properties: [property] }])

  async function expectVerdicts(property: JsonProperty, good: unknown[], bad: unknown[]) {
    for (const value of good)
      assert.equal(await passesWith({ P: value }, property), true, `good: ${JSON.stringify(value)}`)
    for (const value of bad)
      assert.equal(await passesWith({ P: value }, property), false, `bad: ${JSON.stringify(value)}`)
  }

  test('pass without the property unless it is required', async () => {
    await expectVerdicts(
      { name: 'P', type: 'string', expected: 'a' },
      [undefined, null, '', []],
      [],
    )
    await expectVerdicts(
      { name: 'P', type: 'string', required: true },
      ['a', 0, false],
      [undefined, null, '', [], {}],
    )
  })

  test('take the text of a boolean or number for its value', async () => {
    await expectVerdicts(
      { name: 'P', type: 'boolean', expected: true },
      [true, 'True'],
      [false, 'x'],
    )
    await expectVerdicts(
      { name: 'P', type: 'boolean', expected: { state: 'Yes' } },
      [true],
      [false],
    )
    await expectVerdicts({ name: 'P', type: 'integer', expected: 3 }, [3, '3'], [4, 'x', 3.5])
  })

  test('expect times to be near now', async () => {
    const year = 365 * 24 * 60 * 60 * 1000

    await expectVerdicts(
      { name: 'P', type: 'long', nearNow: true },
      [NOW, NOW + 9 * year, NOW - 9 * year, undefined],
      [0, NOW + 11 * year, 'soon'],
    )
  })

  test('compare texts exactly, or without regard to case', async () => {
    await expectVerdicts({ name: 'P', type: 'string', expected: 'Ab' }, ['Ab'], ['ab', 'A'])
    await expectVerdicts(
      { name: 'P', type: 'string', endsWith: '.wopitest', ignoreCase: true },
      ['x.WOPITEST'],
      ['x.docx'],
    )
  })

  test('let no empty text pass a pattern', async () => {
    await expectVerdicts(
      { name: 'P', type: 'regex', pattern: '^https', shouldMatch: false },
      ['http', undefined],
      ['https', '', null],
    )
  })

  test('expect absolute URLs, with a token where they must have one', async () => {
    await expectVerdicts({ name: 'P', type: 'absoluteUrl' }, ['https://a/b'], ['/b', 'b', 4])
    await expectVerdicts(
      { name: 'P', type: 'absoluteUrl', mustIncludeAccessToken: true },
      ['https://a/b?access_token=t', 'https://a/b?x=1&access_token='],
      ['https://a/b', 'https://a/b?my_access_token=t'],
    )
  })

  test('look for entries of arrays without regard to case, and count them', async () => {
    await expectVerdicts(
      { name: 'P', type: 'array', contains: 'ReadOnly' },
      [['readonly', 'x']],
      [['x'], 'ReadOnly', { a: 'ReadOnly' }],
    )
    await expectVerdicts(
      { name: 'P', type: 'arrayLength', expected: 1, required: true },
      [['x']],
      [[], undefined, 'x'],
    )
  })

  test('compare rows in any order, but for members that are any', async () => {
    const expected = "[{Id:'a', Time:'*'}, {Id:'b', Time:'*'}]"
    const property: JsonProperty = { name: 'P', type: 'body', expected, required: true }

    await expectVerdicts(
      property,
      [
        [
          { Time: 2, Id: 'b' },
          { Id: 'a', Time: 1 },
        ],
      ],
      [[{ Id: 'a', Time: 1 }], [{ Id: 'a', Time: 1 }, { Id: 'b' }], [], undefined],
    )
  })

  test('expect a property not to be there', async () => {
    await expectVerdicts({ name: 'P', type: 'absent' }, [undefined], [null, '', 1])
  })
})
