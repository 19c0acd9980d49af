import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { before, describe, test } from 'node:test'

const ROOT = join(import.meta.dirname, '..')
const FIXTURES = join(ROOT, 'test/fixtures/lint')
const BIOME = join(ROOT, 'node_modules/.bin/biome')

/** Which folder of src may import which others, beside `protocol`, which every folder may. */
const ARROWS: Record<string, readonly string[]> = {
  protocol: [],
  ports: [],
  content: ['ports'],
  operations: ['content', 'ports'],
  host: ['operations', 'content', 'ports'],
  http: ['host', 'ports'],
  server: ['http', 'host', 'ports'],
  cli: ['server', 'client', 'validator'],
  stores: ['ports'],
  client: [],
  validator: [],
  testing: ['ports'],
}
const FOLDERS = Object.keys(ARROWS)

interface Finding {
  category: string
  location: { path: string; start: { line: number } }
}

/** Lints the fixtures as if they were the source tree: the rules go by the place of a file. */
async function lintFixtures(): Promise<Finding[]> {
  const place = await mkdtemp(join(tmpdir(), 'wopikit-lint-'))
  try {
    await cp(FIXTURES, place, { recursive: true })
    await cp(join(ROOT, 'biome.json'), join(place, 'biome.json'))
    return await runBiome(place)
  } finally {
    await rm(place, { recursive: true })
  }
}

function runBiome(place: string): Promise<Finding[]> {
  const args = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json', '.']
  return new Promise((resolve, reject) => {
    // It exits with 1 because there are findings; what counts is that the report can be read.
    execFile(BIOME, args, { cwd: place, maxBuffer: 16 * 1024 * 1024 }, (_, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout).diagnostics)
      } catch (cause) {
        reject(new Error(`biome printed no report:\n${stdout}\n${stderr}`, { cause }))
      }
    })
  })
}

describe('lint of the import arrows', () => {
  let findings: Finding[]
  before(async () => {
    findings = await lintFixtures()
  })

  /** The lines of a fixture at which a rule complains. */
  const complaints = (path: string, rule: string) =>
    findings
      .filter((finding) => finding.location.path === path && finding.category.endsWith(`/${rule}`))
      .map((finding) => finding.location.start.line)
      .toSorted((a, b) => a - b)

  for (const folder of FOLDERS) {
    test(`${folder} is refused every import that no arrow allows`, async () => {
      const path = `src/${folder}/forbidden.ts`
      const lines = (await readFile(join(FIXTURES, path), 'utf8')).trimEnd().split('\n')
      const forbidden = FOLDERS.filter(
        (other) => other !== folder && other !== 'protocol' && !ARROWS[folder]?.includes(other),
      )

      const refused = complaints(path, 'noRestrictedImports')

      for (const other of forbidden)
        assert.ok(
          lines.some((line) => line.includes(`'../${other}/`)),
          `${path} has a line for ${other}`,
        )
      assert.deepEqual(
        refused,
        Array.from(lines.keys(), (index) => index + 1),
      )
    })

    test(`${folder} is granted every import that an arrow allows`, async () => {
      const path = `src/${folder}/allowed.ts`
      const text = await readFile(join(FIXTURES, path), 'utf8')

      const refused = complaints(path, 'noRestrictedImports')

      for (const other of ARROWS[folder] ?? []) assert.match(text, new RegExp(`'../${other}/`))
      assert.deepEqual(refused, [])
    })
  }

  test('stores are imported by compose.ts alone of all that server is made of', () => {
    assert.deepEqual(complaints('src/server/compose.ts', 'noRestrictedImports'), [])
  })

  test('tests may import what they like', () => {
    assert.deepEqual(complaints('src/protocol/forbidden.test.ts', 'noRestrictedImports'), [])
  })

  test('what browsers lack is refused in protocol, client and the engine of the validator', () => {
    const pure = ['protocol', 'client', 'validator'].map((folder) => `src/${folder}/globals.ts`)

    const refused = pure.map((path) => complaints(path, 'noRestrictedGlobals'))

    assert.deepEqual(refused, [
      [1, 2],
      [1, 2],
      [1, 2],
    ])
  })

  test('files and sockets are for the node-*.ts of the validator alone', () => {
    assert.deepEqual(complaints('src/validator/node-files.ts', 'noRestrictedImports'), [2])
  })

  test('a cycle is refused', () => {
    assert.deepEqual(complaints('src/cycle/there.ts', 'noImportCycles'), [1])
  })

  test('every folder of src has its arrows', async () => {
    const entries = await readdir(join(ROOT, 'src'), { withFileTypes: true })

    const folders = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name)

    assert.deepEqual(folders.toSorted(), FOLDERS.toSorted())
  })
})
