import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { openProperties } from './properties.ts'

const GRANT = { userId: 'u', displayName: 'U', permissions: new Set<never>(), expiresAt: 0 }
const ORIGIN = 'https://docs.example.com'

describe('openProperties', () => {
  let folder: string
  let path: string

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'wopikit-properties-'))
    path = join(folder, 'properties.json')
  })
  after(() => rm(folder, { recursive: true }))

  async function opened(json: unknown, postMessageOrigin = '') {
    await writeFile(path, typeof json === 'string' ? json : JSON.stringify(json))
    const properties = await openProperties({ properties: path, postMessageOrigin })
    return (name: string, fileId: string | undefined = 'f') =>
      properties?.({ name, grant: GRANT, ...(fileId !== undefined && { fileId }) })
  }

  test('gives those of the extension before those of every document', async () => {
    const of = await opened({
      '*': { EnableShare: true, HidePrintOption: true },
      docx: { HidePrintOption: false },
      '.ODT': { EnableShare: null, UserSettings: { uri: 'https://a.example/s', stamp: '1' } },
    })

    assert.deepEqual(of('a.txt'), { EnableShare: true, HidePrintOption: true })
    assert.deepEqual(of('A.DOCX'), { EnableShare: true, HidePrintOption: false })
    assert.deepEqual(of('a.odt'), {
      EnableShare: undefined,
      HidePrintOption: true,
      UserSettings: { uri: 'https://a.example/s', stamp: '1' },
    })
  })

  test('adds the origin, and nothing to containers', async () => {
    const of = await opened({ '*': { EnableShare: true } }, ORIGIN)
    const properties = await openProperties({ properties: '', postMessageOrigin: ORIGIN })

    assert.deepEqual(of('a.txt'), { PostMessageOrigin: ORIGIN, EnableShare: true })
    const container = { containerId: 'c', name: 'a.txt', grant: GRANT }
    assert.deepEqual(await properties?.(container), {})
    assert.equal(await openProperties({ properties: '', postMessageOrigin: '' }), undefined)
  })

  for (const [what, json, reason] of [
    ['no JSON', '{', /JSON/],
    ['a list', [], /no JSON object/],
    ['a property outside of an extension', { EnableShare: true }, /EnableShare must have a JSON/],
    [
      'a property of the wrong type',
      { '*': { EnableShare: 'yes' } },
      /\*: EnableShare must be true/,
    ],
  ] as const)
    test(`says what is wrong with ${what}`, async () => {
      await assert.rejects(opened(json), { code: 'PROPERTIES_UNUSABLE', message: reason })
    })

  test('says that there is no such file', async () => {
    const missing = { properties: join(folder, 'missing.json'), postMessageOrigin: '' }
    await assert.rejects(openProperties(missing), { code: 'PROPERTIES_UNUSABLE' })
  })
})
