import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { HeaderValidator, JsonProperty, Validator } from '../cases/validator.ts'
import type { HttpResponse } from '../http-message.ts'
import { withinTime } from '../node-time-limit.ts'
import { checkAnswer } from './check-answer.ts'
import type { CheckContext } from './check-context.ts'

const NOW = Date.UTC(2026, 0, 1)
const CONTEXT: CheckContext = {
  state: new Map([
    ['Version', 'V1'],
    ['Number', '7'],
    ['Yes', 'True'],
    ['Empty', ''],
  ]),
  suite: {
    resources: new Map([['Doc', { id: 'Doc', path: 'doc', bytes: utf8('document') }]]),
    schemas: new Map([
      ['Named', { type: 'object', required: ['Name'], properties: { Name: { type: 'string' } } }],
      ['Elsewhere', { properties: { Name: { $ref: 'http://127.0.0.1:1/schema.json' } } }],
      ['Endless', { $ref: '#' }],
      ['Slow', { properties: { Name: { pattern: '^(a+)+$' } } }],
    ]),
  },
  now: () => NOW,
  withinTime,
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function answer(parts: { status?: number; headers?: [string, string][]; body?: string } = {}) {
  const { status = 200, headers = [], body = '' } = parts
  return { status, headers, body: utf8(body) } satisfies HttpResponse
}

async function passes(response: HttpResponse, validators?: Validator[]): Promise<boolean> {
  return (await checkAnswer(response, validators, CONTEXT)).length === 0
}

describe('checkAnswer', () => {
  test('expects 200 when nothing is said, and nothing when the list is empty', async () => {
    assert.equal(await passes(answer()), true)
    assert.equal(await passes(answer({ status: 500 })), false)
    assert.equal(await passes(answer({ status: 500 }), []), true)
  })

  test('compares Content-Length with the body, whatever the validators', async () => {
    const headers: [string, string][] = [['content-length', '4']]

    assert.equal(await passes(answer({ headers, body: 'four' }), []), true)
    assert.equal(await passes(answer({ headers, body: 'three' }), []), false)
  })

  test('accepts one status of several', async () => {
    const validator: Validator = { check: 'status', expected: [400, 501] }

    assert.equal(await passes(answer({ status: 501 }), [validator]), true)
    assert.equal(await passes(answer({ status: 200 }), [validator]), false)
  })

  test('compares bodies byte for byte', async () => {
    const validator: Validator = { check: 'body', expected: { resource: 'Doc' } }

    assert.equal(await passes(answer({ body: 'document' }), [validator]), true)
    for (const body of ['documenT', 'documents', 'docu', ''])
      assert.equal(await passes(answer({ body }), [validator]), false, body)
  })

  test('lets a conflict without lock leave the header out, but not one with a lock', async () => {
    const unlocked: Validator = { check: 'lockMismatch', expectedLock: '' }
    const locked: Validator = { check: 'lockMismatch', expectedLock: 'L' }
    const conflict = (lock?: string) =>
      answer({ status: 409, headers: lock === undefined ? [] : [['x-wopi-lock', lock]] })

    assert.equal(await passes(conflict(), [unlocked]), true)
    assert.equal(await passes(conflict(''), [unlocked]), true)
    assert.equal(await passes(conflict('L'), [unlocked]), false)
    assert.equal(await passes(conflict('l'), [locked]), true)
    assert.equal(await passes(conflict(), [locked]), false)
    assert.equal(await passes(answer({ headers: [['X-WOPI-Lock', 'L']] }), [locked]), false)
  })

  test('passes an or when one of its validators does, and an and when all do', async () => {
    const [ok, gone]: Validator[] = [
      { check: 'status', expected: 200 },
      { check: 'status', expected: 404 },
    ]
    const both = [ok, gone] as Validator[]

    assert.equal(await passes(answer(), [{ check: 'or', of: both }]), true)
    assert.equal(await passes(answer({ status: 500 }), [{ check: 'or', of: both }]), false)
    assert.equal(await passes(answer(), [{ check: 'and', of: both }]), false)
  })

  test('tells a validator’s own words and clause', async () => {
    const clause = { page: 'Lock', rule: 'A lock is a lock.' }
    const validator: Validator = { check: 'status', expected: 409, message: 'No lock', clause }

    const problems = await checkAnswer(answer(), [validator], CONTEXT)

    assert.deepEqual(problems, [{ validator, message: 'No lock', clause }])
  })

  test('checks JSON against a schema and says where it breaks', async () => {
    const validator: Validator = { check: 'schema', schema: 'Named' }

    assert.equal(await passes(answer({ body: '{"Name":"a"}' }), [validator]), true)
    const [problem] = await checkAnswer(answer({ body: '{"Name":1}' }), [validator], CONTEXT)
    assert.match(problem?.message ?? '', /#\/Name/)
    assert.equal(await passes(answer({ body: 'no JSON' }), [validator]), false)
  })

  test('fails the case, and not the run, when a schema cannot be applied', async () => {
    for (const schema of ['Elsewhere', 'Endless']) {
      const applied = passes(answer({ body: '{"Name":"x"}' }), [{ check: 'schema', schema }])

      await assert.rejects(applied, { name: 'CaseError', message: new RegExp(`schema ${schema} `) })
    }
  })

  test('ends a pattern that backtracks for ever', async () => {
    const body = `{"Name":"${'a'.repeat(64)}!"}`
    const property: JsonProperty = { name: 'Name', type: 'regex', pattern: '^(a+)+$' }

    const inSchema = passes(answer({ body }), [{ check: 'schema', schema: 'Slow' }])
    await assert.rejects(inSchema, { name: 'CaseError', message: /takes longer than/ })
    const inProperty = passes(answer({ body }), [{ check: 'json', properties: [property] }])
    await assert.rejects(inProperty, { name: 'CaseError', message: /takes longer than/ })
  })

  test('expects an object, which is not nested deeper than any answer is', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`
    const validator: Validator = { check: 'json', properties: [] }

    const problems = async (body: string) =>
      (await checkAnswer(answer({ body }), [validator], CONTEXT)).map(({ message }) => message)

    assert.deepEqual(await problems('{}'), [])
    assert.match((await problems('[]')).join(), /a JSON object, got an array/)
    assert.match((await problems('null')).join(), /a JSON object, got null/)
    assert.match((await problems(`{"Name":${deep}}`)).join(), /nested deeper than/)
  })

  test('tells the status where it expects JSON and there is none', async () => {
    const validator: Validator = { check: 'json', properties: [] }

    const [problem] = await checkAnswer(answer({ status: 501 }), [validator], CONTEXT)

    assert.equal(problem?.message, 'Expected a JSON body, got none with status 501')
  })

  test('expects no body at all when JSON must not exist', async () => {
    const validator: Validator = { check: 'json', exists: false, properties: [] }

    assert.equal(await passes(answer(), [validator]), true)
    assert.equal(await passes(answer({ body: 'null' }), [validator]), false)
  })
})

describe('header validators', () => {
  const passesWith = (
    value: string | undefined,
    validator: Omit<HeaderValidator, 'check' | 'name'>,
  ) => {
    const headers: [string, string][] = value === undefined ? [] : [['x-wopi-itemversion', value]]
    const header = { check: 'header', name: 'X-WOPI-ItemVersion', ...validator } as const
    return passes(answer({ headers }), [header])
  }

  test('pass without the header unless it is required', async () => {
    assert.equal(await passesWith(undefined, { expected: 'V1' }), true)
    assert.equal(await passesWith(undefined, { required: true }), false)
    assert.equal(await passesWith('', { required: true }), true)
  })

  test('compare values, saved ones too, without regard to case', async () => {
    assert.equal(await passesWith('v1', { expected: { state: 'Version' } }), true)
    assert.equal(await passesWith('v2', { expected: { state: 'Version' } }), false)
    for (const state of ['Gone', 'Empty'])
      assert.equal(await passesWith('v2', { expected: { state } }), true, state)
    assert.equal(await passesWith('v1', { expected: 'V1', shouldMatch: false }), false)
    assert.equal(await passesWith('v2', { expected: 'V1', shouldMatch: false }), true)
  })

  test('compare numbers as signed integers of 32 bits', async () => {
    const greater = { comparator: '>', expected: { state: 'Number' } } as const

    assert.equal(await passesWith('8', greater), true)
    assert.equal(await passesWith('10', greater), true)
    for (const value of ['7', '6', 'many', '', '7.5', '2147483648'])
      assert.equal(await passesWith(value, greater), false, value)
    assert.equal(await passesWith('7', { ...greater, comparator: '>=' }), true)
    assert.equal(await passesWith('8', { comparator: '>', expected: 'x' }), false)
  })

  test('take a pattern, and demand absence', async () => {
    assert.equal(await passesWith('12', { pattern: '^\\d+$' }), true)
    assert.equal(await passesWith('1x', { pattern: '^\\d+$' }), false)
    assert.equal(await passesWith('', { absent: true }), true)
    assert.equal(await passesWith('1', { absent: true }), false)
  })
})

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
