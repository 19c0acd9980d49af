import assert from 'node:assert/strict'
import test from 'node:test'
import type { PlaceRefusal } from '../../ports/tree.ts'
import { createNamed, nameTaken, suggestedFileName } from './target-name.ts'

type Attempt = { ok: true } | { ok: false; reason: PlaceRefusal }

test('suggestedFileName takes a name, or an extension for the stem, and makes it legal', () => {
  assert.equal(suggestedFileName('b.docx', 'a'), 'b.docx')
  assert.equal(suggestedFileName('.docx', 'a'), 'a.docx')
  assert.equal(suggestedFileName('b/c.docx', 'a'), 'b-c.docx')
  assert.equal(suggestedFileName('b', 'a'), 'b')
  const long = suggestedFileName(`${'x'.repeat(600)}.docx`, 'a')
  assert.ok(long.length <= 255 && long.endsWith('x.docx'), long)
})

test('createNamed gives a suggestion that is taken the next number', async () => {
  const { create, tried } = folder(['a.docx', 'a (2).docx'])

  const { name } = await createNamed({ name: 'a.docx', exact: false }, naming(), create)

  assert.equal(name, 'a (3).docx')
  assert.deepEqual(tried, ['a.docx', 'a (2).docx', 'a (3).docx'])
})

test('createNamed goes on with random numbers, and comes to an end', async () => {
  const tried: string[] = []
  const create = async (name: string): Promise<Attempt> => {
    tried.push(name)
    return { ok: false, reason: 'name-taken' }
  }

  const created = createNamed({ name: 'a.docx', exact: false }, naming(), create)

  await assert.rejects(created, /No free name/)
  assert.equal(tried.length, 25)
  assert.deepEqual(tried.slice(19, 21), ['a (20).docx', `a (${parseInt('abc123', 36)}).docx`])
})

test('createNamed of an exact name that is taken is NAME_TAKEN, with one that is free', async () => {
  const { create, tried } = folder(['a_b.docx', 'a_b (2).docx'])
  const wanted = { name: 'a_b.docx', exact: true }

  await assert.rejects(createNamed(wanted, naming(['a_b.docx', 'a_b (2).docx']), create), {
    code: 'NAME_TAKEN',
    headers: { 'X-WOPI-ValidRelativeTarget': 'a+AF8-b (3).docx' },
  })
  assert.deepEqual(tried, ['a_b.docx'])
})

test('createNamed in a container that is gone is NOT_FOUND', async () => {
  const create = async (): Promise<Attempt> => ({ ok: false, reason: 'container-gone' })

  for (const exact of [false, true])
    await assert.rejects(createNamed({ name: 'a', exact }, naming(), create), { code: 'NOT_FOUND' })
})

test('nameTaken names no free one when it finds none, or outside of the tree', async () => {
  const full = { ...naming(), tree: { find: async () => ({ fileId: 'f' }) } }

  assert.deepEqual((await nameTaken('a.docx', full)).headers, {})
  assert.deepEqual((await nameTaken('a.docx', { ...naming(), containerId: null })).headers, {})
})

function naming(taken: string[] = []) {
  return {
    tree: {
      find: async (_: string, name: string) => (taken.includes(name) ? { fileId: 'f' } : undefined),
    },
    containerId: 'c',
    newId: () => 'abc123',
  }
}

function folder(taken: string[]) {
  const tried: string[] = []
  const create = async (name: string): Promise<Attempt> => {
    tried.push(name)
    return taken.includes(name) ? { ok: false, reason: 'name-taken' } : { ok: true }
  }
  return { create, tried }
}
