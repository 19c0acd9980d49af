import assert from 'node:assert/strict'
import { chmod, chown, mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, test } from 'node:test'
import { keepToOwner } from './owner-only.ts'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wopikit-owner-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function modeOf(path: string): Promise<string> {
  return ((await stat(path)).mode & 0o777).toString(8)
}

/** Keeps paths to their owner; gives the warnings. */
async function keep(...paths: string[]): Promise<string[]> {
  const warnings: string[] = []
  await keepToOwner(paths, { warn: (_fields, message) => warnings.push(message) })
  return warnings
}

describe('keepToOwner', {
  skip: process.platform === 'win32' && 'Windows has other rights',
}, () => {
  test('keepToOwner takes the rights of others away, and leaves the owner theirs', async () => {
    const [file, directory] = [join(folder, 'file'), join(folder, 'directory')]
    await writeFile(file, '')
    await chmod(file, 0o664)
    await mkdir(directory)
    await chmod(directory, 0o755)

    const warnings = await keep(file, directory, join(folder, 'missing'))

    assert.deepEqual([await modeOf(file), await modeOf(directory), warnings], ['600', '700', []])
  })

  test('keepToOwner does not follow a link, and says so', async () => {
    const [target, link] = [join(folder, 'target'), join(folder, 'link')]
    await writeFile(target, '')
    await chmod(target, 0o644)
    await symlink(target, link)

    const warnings = await keep(link)

    assert.equal(await modeOf(target), '644')
    assert.deepEqual(warnings, ['It is a link: see that nobody else can read it'])
  })

  test('keepToOwner warns of what belongs to somebody else', {
    skip: process.geteuid?.() !== 0 && 'only root gives files away',
  }, async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    await chmod(file, 0o644)
    await chown(file, 12_345, 12_345)

    const warnings = await keep(file)

    assert.equal(await modeOf(file), '644')
    assert.match(warnings.join(), /belongs to another user/)
  })
})
