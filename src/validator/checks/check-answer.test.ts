import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { answer, CONTEXT, passes } from '../../../test/helpers/check-answers.ts'
import type { JsonProperty, Validator } from '../cases/validator.ts'
import { checkAnswer } from './check-answer.ts'

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
