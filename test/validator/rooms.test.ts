import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { test } from 'node:test'

const ROOT = join(import.meta.dirname, '../../src/validator')

/** Files at the top: what is said of a message and of a run, and the limits. All rooms know them. */
const WORDS = ['http-message', 'limits', 'report']

/** Which rooms each room of the validator may import, beside the words and itself. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  cases: [],
  json: [],
  parse: ['cases', 'json'],
  requests: ['cases', 'json'],
  checks: ['cases', 'json', 'requests'],
  run: ['cases', 'json', 'requests', 'checks'],
  reporters: [],
  suites: ['cases', 'requests'],
}

function roomOf(path: string): string {
  const [first = '', second] = path.replace(/\.ts$/, '').split('/')
  return second === undefined && WORDS.includes(first) ? 'words' : first
}

test('Rooms of the validator import only rooms that come before them', () => {
  const files = globSync('**/*.ts', { cwd: ROOT, exclude: ['**/*.test.ts', 'node-*.ts'] })

  const forbidden = files.flatMap((file) => {
    const own = roomOf(file)
    const allowed = ['words', own, ...(ROOMS[own] ?? [])]
    const imports = readFileSync(join(ROOT, file), 'utf8').matchAll(/from '(\.[^']+)'/g)
    return [...imports]
      .map(([, specifier = '']) => relative(ROOT, join(ROOT, dirname(file), specifier)))
      .filter((target) => !target.startsWith('..') && !allowed.includes(roomOf(target)))
      .map((target) => `${file} imports ${target}`)
  })

  assert.deepEqual(forbidden, [])
  const rooms = new Set(files.map(roomOf).filter((room) => room !== 'words'))
  assert.deepEqual([...rooms].toSorted(), Object.keys(ROOMS).toSorted())
})
