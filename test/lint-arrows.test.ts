import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { before, describe, test } from 'node:test'
import { BROWSER_ROOMS, COMPOSITION, PARTS, ROOMS, SERVER_PACKAGES } from '../scripts/arrows.ts'

const ROOT = join(import.meta.dirname, '..')
const BIOME = join(ROOT, 'node_modules/.bin/biome')
const ALL_ROOMS = Object.keys(ROOMS)

interface Finding {
  category: string
  location: { path: string; start: { line: number } }
}

/** What a file of the tree that is linted holds: one line for each import. */
type Probes = Record<string, string[]>

/** A file in each room that imports every other room, and one in each part that imports every other. */
function probes(): Probes {
  const files: Probes = {}
  for (const room of ALL_ROOMS)
    files[`src/${room}/probe.ts`] = ALL_ROOMS.filter((other) => other !== room).map((other) =>
      importOf(`../${other}/thing.ts`),
    )
  for (const [room, parts] of Object.entries(PARTS))
    for (const part of Object.keys(parts))
      files[probeOf(room, part)] = othersOf(room, part).map((other) =>
        importOf(part.endsWith('.ts') ? `./${inside(other)}` : `../${inside(other)}`),
      )
  return { ...files, ...OTHER_PROBES }
}

const OTHER_PROBES: Probes = {
  'src/content/packages.ts': SERVER_PACKAGES.map((name) => importOf(name)),
  [COMPOSITION]: [importOf('../stores/thing.ts'), importOf('../content/thing.ts')],
  'src/protocol/probe.test.ts': [importOf('../server/thing.ts'), importOf('node:fs')],
  'src/validator/node-files.ts': [importOf('node:fs'), importOf('../client/thing.ts')],
  'src/validator/engine.ts': [importOf('./node-files.ts'), importOf('../protocol/thing.ts')],
  'src/cycle/there.ts': ["import { back } from './back.ts'", 'export const there = () => back()'],
  'src/cycle/back.ts': ["import { there } from './there.ts'", 'export const back = () => there()'],
  'src/types/chicken.ts': ["import type { Egg } from './egg.ts'", 'export type Chicken = Egg[]'],
  'src/types/egg.ts': [
    "import type { Chicken } from './chicken.ts'",
    'export type Egg = Chicken[]',
  ],
  ...Object.fromEntries(
    BROWSER_ROOMS.map((room) => [
      `src/${room}/browsers.ts`,
      [
        importOf('node:fs'),
        importOf('node:fs/promises'),
        'export const bytes = Buffer.alloc(1)',
        'export const platform = process.platform',
      ],
    ]),
  ),
}

function importOf(specifier: string): string {
  return `export * from '${specifier}'`
}

function inside(part: string): string {
  return part.endsWith('.ts') ? part : `${part}/thing.ts`
}

function probeOf(room: string, part: string): string {
  return part.endsWith('.ts') ? `src/${room}/${part}` : `src/${room}/${part}/probe.ts`
}

function othersOf(room: string, part: string): string[] {
  return Object.keys(PARTS[room] ?? {}).filter((other) => other !== part)
}

/** Lints the probes as if they were the source tree: the rules go by the place of a file. */
async function lintProbes(): Promise<Finding[]> {
  const place = await mkdtemp(join(tmpdir(), 'wopikit-lint-'))
  try {
    for (const name of ['biome.json', 'biome.arrows.json'])
      await cp(join(ROOT, name), join(place, name))
    for (const [path, lines] of Object.entries(probes())) {
      await mkdir(join(place, dirname(path)), { recursive: true })
      await writeFile(join(place, path), `${lines.join('\n')}\n`)
    }
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
    findings = await lintProbes()
  })

  /** The lines of a probe at which a rule complains. */
  const complaints = (path: string, rule: string) =>
    findings
      .filter((finding) => finding.location.path === path && finding.category.endsWith(`/${rule}`))
      .map((finding) => finding.location.start.line)
      .toSorted((a, b) => a - b)

  const refusedImports = (path: string) => complaints(path, 'noRestrictedImports')

  for (const [room, arrows] of Object.entries(ROOMS))
    test(`${room} is refused every import that no arrow allows, and granted all others`, () => {
      const others = ALL_ROOMS.filter((other) => other !== room)

      const refused = refusedImports(`src/${room}/probe.ts`).map((line) => others[line - 1])

      const allowed = ['protocol', ...arrows]
      assert.deepEqual(
        refused,
        others.filter((other) => !allowed.includes(other)),
      )
    })

  for (const [room, parts] of Object.entries(PARTS))
    for (const [part, arrows] of Object.entries(parts))
      test(`${room}/${part} is refused every other part of its room that no arrow leads to`, () => {
        const others = othersOf(room, part)

        const refused = refusedImports(probeOf(room, part)).map((line) => others[line - 1])

        assert.deepEqual(
          refused,
          others.filter((other) => !arrows.includes(other)),
        )
      })

  test('packages of the server are refused elsewhere', () => {
    assert.equal(refusedImports('src/content/packages.ts').length, SERVER_PACKAGES.length)
  })

  test('compose.ts alone of the server imports stores, and nothing else besides', () => {
    assert.deepEqual(refusedImports(COMPOSITION), [2])
  })

  test('tests may import what they like', () => {
    assert.deepEqual(refusedImports('src/protocol/probe.test.ts'), [])
  })

  for (const room of BROWSER_ROOMS)
    test(`${room} is refused what browsers lack`, () => {
      const path = `src/${room}/browsers.ts`

      assert.deepEqual(
        [refusedImports(path), complaints(path, 'noRestrictedGlobals')],
        [
          [1, 2],
          [3, 4],
        ],
      )
    })

  test('the node-*.ts of the validator reach files and sockets, and its engine does not reach them', () => {
    const node = refusedImports('src/validator/node-files.ts')

    const engine = refusedImports('src/validator/engine.ts')

    assert.deepEqual([node, engine], [[2], [1]])
  })

  test('a circle of imports is refused, and so is a circle of types alone', () => {
    const circles = ['src/cycle/there.ts', 'src/types/chicken.ts'].map((path) =>
      complaints(path, 'noImportCycles'),
    )

    assert.deepEqual(circles, [[1], [1]])
  })
})
