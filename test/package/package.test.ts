import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { access, glob, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { addDocument, type CommandLine, startServer, wopikit } from '../helpers/wopikit-process.ts'
import { bundleForBrowsers } from './bundle.ts'
import { type InstalledPackage, installPackage, runCompiler, runTool } from './installed-package.ts'

/** What browsers may load at most, minified: a tenth above what it was when last measured. */
const BUNDLES = {
  'one function': {
    code: `export { chunkIdOf } from 'wopikit/protocol'`,
    bytes: 9_300,
    brotliBytes: 3_900,
  },
  'the whole client': {
    code: `export * from 'wopikit/client'`,
    bytes: 64_000,
    brotliBytes: 20_900,
  },
}

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
      .filter((path) => !/^package\/((dist|src|docs)\/|[A-Z]+(\.md)?$|package\.json$)/.test(path))
    assert.deepEqual(strange, [])
    assert.doesNotMatch(list, /\.test\./m)
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

  test('every module and declaration has a map to a source that is in the package', async () => {
    const root = join(installed.folder, 'node_modules/wopikit')

    let files = 0
    for await (const file of glob('dist/**/*.{js,d.ts}', { cwd: root })) {
      files += 1
      const map = JSON.parse(await readFile(join(root, `${file}.map`), 'utf8'))
      for (const source of map.sources) await access(join(root, dirname(file), source))
    }
    assert.ok(files > 0)
  })

  test('a stack trace names the line of the TypeScript source', async () => {
    const frame = (await installed.runProgram('stack.mjs')) as string

    const [, file, line] = /(src\/http\/[\w-]+\.ts):(\d+):/.exec(frame.replaceAll('\\', '/')) ?? []
    assert.ok(file, `the frame is of a source: ${frame}`)
    const source = await readFile(join(import.meta.dirname, '../..', file), 'utf8')
    assert.match(source.split('\n')[Number(line) - 1] ?? '', /throw new TypeError/)
  })

  for (const framework of ['node:http', 'Express', 'Fastify', 'Hono'])
    test(`the program of docs/embedding.md for ${framework} works as it stands`, async () => {
      const data = await mkdtemp(join(installed.folder, 'data-'))
      const program = `${basename(data)}.js`
      await writeFile(join(installed.folder, 'mounts', program), await programFor(framework))

      const seen = await installed.runProgram('mounts/try.js', data, program)

      assert.deepEqual(seen, {
        stranger: 401,
        own: [200, 'Hello'],
        put: 200,
        get: [200, '3000000', true],
        settings: 0,
        atEnd: [200, 'close'],
      })
    })

  test('the snippet of README answers in an empty folder, as it stands', async () => {
    const empty = join(installed.folder, 'readme')
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8')
    const [, snippet = ''] = /```js\n(import express[\s\S]*?)```/.exec(readme) ?? []
    await mkdir(empty)
    await writeFile(join(empty, 'snippet.mjs'), snippet)

    const pieces = join(installed.folder, 'readme-pieces.mjs')
    const args = ['--import', pathToFileURL(pieces).href, 'snippet.mjs']
    const printed = execFileSync(process.execPath, args, { cwd: empty, encoding: 'utf8' })

    assert.equal(printed.trim(), '404')
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

  for (const compiler of ['typescript', 'typescript-6'])
    for (const application of ['server', 'store', 'browser', 'worker'])
      test(`its declarations compile in a strict ${application} with ${compiler}`, async () => {
        await runCompiler(compiler, `tsconfig.${application}.json`, installed.folder)
      })

  for (const [what, { code, bytes, brotliBytes }] of Object.entries(BUNDLES))
    test(`a browser that loads ${what} loads little, and nothing of Node`, async () => {
      const bundle = await bundleForBrowsers(code, installed.folder)

      assert.ok(bundle.bytes <= bytes, `${bundle.bytes} bytes`)
      assert.ok(bundle.brotliBytes <= brotliBytes, `${bundle.brotliBytes} bytes of brotli`)
      const strangers = bundle.modules.filter(
        (path) => !/\/wopikit\/dist\/(client|protocol)/.test(path),
      )
      assert.deepEqual(strangers, [], 'modules of other packages')
    })

  test('publint and arethetypeswrong find nothing wrong', async () => {
    const attw = [installed.tarball, '--profile', 'esm-only', '--no-emoji']

    await runTool('publint', [installed.tarball, '--strict'], installed.folder)
    await runTool('attw', attw, installed.folder)
  })
})

/** The program that docs/embedding.md shows for a framework. */
async function programFor(framework: string): Promise<string> {
  const docs = await readFile(join(import.meta.dirname, '../../docs/embedding.md'), 'utf8')
  const [, section = ''] = docs.split(`\n**${framework}**`)
  const [, program = ''] = /```js\n([\s\S]*?)```/.exec(section) ?? []
  assert.ok(program.includes("from './host.js'"), `a program for ${framework}`)
  return program
}
