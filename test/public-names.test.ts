import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join, normalize } from 'node:path'
import { describe, test } from 'node:test'

const SRC = join(import.meta.dirname, '../src')
const EXPORTS = /export (?:type )?\{([^}]*)\} from '([^']+)'/g

/** Every name that an entry of the package exports, and the file that it comes from. */
async function exportedNames(): Promise<{ entry: string; name: string; from: string }[]> {
  const found: { entry: string; name: string; from: string }[] = []
  for await (const entry of glob('*.ts', { cwd: SRC })) {
    const text = await readFile(join(SRC, entry), 'utf8')
    for (const [, list = '', from = ''] of text.matchAll(EXPORTS))
      for (const part of list.split(',')) {
        const name = part.trim().replace(/^type /, '')
        if (name !== '') found.push({ entry, name, from: normalize(from) })
      }
  }
  return found
}

describe('the entries of the package', () => {
  test('give one meaning to each name, across all of them', async () => {
    const names = await exportedNames()

    const meanings = Map.groupBy(names, ({ name }) => name)
    const twofold = [...meanings].filter(
      ([, places]) => new Set(places.map(({ from }) => from)).size > 1,
    )
    assert.ok(names.length > 100, 'the entries were read')
    assert.deepEqual(twofold, [])
  })

  test('leave what only authors of stores need to wopikit/store', async () => {
    const names = await exportedNames()

    const ofIndex = names.filter(({ entry }) => entry === 'index.ts').map(({ name }) => name)
    assert.deepEqual(
      ofIndex.filter((name) => /Store|Blob|(?<!Activity|Request)Record$/.test(name)),
      [],
    )
  })
})
