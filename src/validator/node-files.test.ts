import assert from 'node:assert/strict'
import { mkdir, mkdtemp, realpath, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { CasesError } from './cases/cases-error.ts'
import { loadCases, readBelow } from './node-files.ts'

describe('files beside a file of cases', () => {
  let place: string

  before(async () => {
    place = await realpath(await mkdtemp(join(tmpdir(), 'wopikit-cases-')))
    await put('outside.json', 'secret')
    await put('inside/TestCases.xml', '<WopiValidation/>')
    await put('inside/schemas/Beside.json', 'beside')
    await put('inside/src/WopiValidator.Core/JsonSchemas/Checkout.json', 'in the checkout')
    await put('inside/src/WopiValidator.Core/Resources/ZipChunking/Book/FileStream', 'a book')
    await symlink(join(place, 'outside.json'), join(place, 'inside/schemas/Link.json'))
  })
  after(() => rm(place, { recursive: true }))

  async function put(path: string, text: string): Promise<void> {
    await mkdir(dirname(join(place, path)), { recursive: true })
    await writeFile(join(place, path), text)
  }

  async function readText(path: string): Promise<string | undefined> {
    const bytes = await readBelow(join(place, 'inside'))(path)
    return bytes && new TextDecoder().decode(bytes)
  }

  test('readBelow reads what is beside the cases', async () => {
    assert.equal(await readText('schemas/Beside.json'), 'beside')
  })

  test('readBelow finds what a checkout of the validator keeps elsewhere', async () => {
    assert.equal(await readText('schemas/Checkout.json'), 'in the checkout')
    assert.equal(await readText('resources/Book/FileStream'), 'a book')
  })

  test('readBelow has nothing for a path that is not there, nor for a folder', async () => {
    assert.equal(await readText('schemas/Missing.json'), undefined)
    assert.equal(await readText('schemas'), undefined)
  })

  test('readBelow reads nothing outside of the folder, neither by path nor by link', async () => {
    for (const path of ['../outside.json', 'schemas/../../outside.json', 'schemas/Link.json'])
      await assert.rejects(readText(path), CasesError)
  })

  test('loadCases loads a file through a link to it', async () => {
    const link = join(place, 'link.xml')
    await symlink(join(place, 'inside/TestCases.xml'), link)

    assert.deepEqual((await loadCases(link)).groups, [])
  })

  test('loadCases refuses a file that is missing, a folder, and one that is too large', async () => {
    const large = join(place, 'large.xml')
    await writeFile(large, '')
    await truncate(large, 1024 ** 3)

    for (const path of [join(place, 'missing.xml'), place, large])
      await assert.rejects(loadCases(path), CasesError)
  })
})
