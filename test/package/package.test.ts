import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { addDocument, type CommandLine, startServer, wopikit } from '../helpers/wopikit-process.ts'
import { type InstalledPackage, installPackage, runTool } from './installed-package.ts'

describe('the packed package, installed outside the repository', () => {
  let installed: InstalledPackage
  let command: CommandLine
  before(async () => {
    installed = await installPackage()
    command = [join(installed.folder, 'node_modules/.bin/wopikit')]
  })
  after(() => installed?.remove())

  test('holds what is published and nothing else', () => {
    const list = execFileSync('tar', ['-tzf', installed.tarball], { encoding: 'utf8' })

    const strange = list
      .trim()
      .split('\n')
      .filter((path) => !/^package\/(dist\/|docs\/|[A-Z]+(\.md)?$|package\.json$)/.test(path))
    assert.deepEqual(strange, [])
    assert.doesNotMatch(list, /\.test\.|\.map$/m)
    for (const file of ['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md'])
      assert.ok(list.includes(`package/${file}\n`), `${file} is in the package`)
  })

  test('serve answers /health, and what put has sent comes back through get', async () => {
    const dataDir = join(installed.folder, 'serve')
    const [first, sent, back] = ['first', 'sent', 'back'].map((name) =>
      join(installed.folder, `${name}.bin`),
    ) as [string, string, string]
    await writeFile(first, randomBytes(1000))
    await writeFile(sent, randomBytes(3_000_000))
    const { path, token } = await addDocument({ file: first, dataDir, userId: 'alice', command })
    await using server = await startServer({ dataDir, command })

    const health = await fetch(`${server.origin}/health`)
    const wopiSrc = `${server.origin}${path}`
    const put = await wopikit(['put', sent, wopiSrc, '--token', token], { command })
    await wopikit(['get', wopiSrc, '-o', back, '--token', token], { command })

    assert.equal(health.status, 200)
    assert.equal(put.bytesTotal, 3_000_000)
    assert.ok((await readFile(sent)).equals(await readFile(back)), 'the bytes came back')
    await server.end('SIGTERM')
  })

  for (const mount of ['node-http', 'express', 'fastify'])
    test(`createHost answers beside the routes of an application: ${mount}`, async () => {
      const statuses = await installed.runProgram(`${mount}.mjs`, installed.folder)

      assert.deepEqual(statuses, [404, 401, 200, 'own'])
    })

  test('createHost answers as a Fetch handler', async () => {
    const statuses = await installed.runProgram('fetch.mjs', installed.folder)

    assert.deepEqual(statuses, [404, 401])
  })

  test('every export gives the same names to require and to import', async () => {
    const seen = (await installed.runProgram('exports.cjs')) as Record<
      string,
      { required: string[]; imported: string[] }
    >

    const names = Object.keys(seen)
    assert.ok(names.includes('wopikit') && names.includes('wopikit/client'))
    for (const [name, { required, imported }] of Object.entries(seen)) {
      assert.ok(required.length > 0, `${name} exports something`)
      assert.deepEqual(required, imported, name)
    }
  })

  for (const application of ['server', 'browser'])
    test(`its declarations compile in a strict application: ${application}`, async () => {
      await runTool('tsc', ['-p', `tsconfig.${application}.json`], installed.folder)
    })

  test('publint and arethetypeswrong find nothing wrong', async () => {
    const attw = [installed.tarball, '--profile', 'esm-only', '--no-emoji']

    await runTool('publint', [installed.tarball, '--strict'], installed.folder)
    await runTool('attw', attw, installed.folder)
  })
})
