import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { OPERATIONS } from './index.ts'

const HERE = new URL('./', import.meta.url)

test('OPERATIONS holds every operation once', () => {
  const names = OPERATIONS.map(({ name }) => name)

  assert.equal(new Set(names).size, names.length)
})

test('OPERATIONS holds no two operations that answer the same request, unless the first wants more', () => {
  const seen = new Map<string, string>()
  for (const { name, route } of OPERATIONS) {
    const address = `${route.method} ${route.path} ${route.override}`
    const earlier = seen.get(address)
    assert.ok(earlier === undefined || earlier === 'UnlockAndRelock', `${earlier} hides ${name}`)
    seen.set(address, name)
  }
})

test('OPERATIONS holds only operations that say the same of proofs where they share an address', () => {
  const addresses = Map.groupBy(OPERATIONS, ({ route }) => route.path)

  for (const [path, operations] of addresses)
    assert.equal(new Set(operations.map(({ proof = 'demanded' }) => proof)).size, 1, path)
})

test('OPERATIONS holds every operation that a file defines', () => {
  const defined = readdirSync(HERE, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(new URL(file, HERE), 'utf8'))
    .filter((source) => / = define\w*Operation\(/.test(source))

  assert.equal(OPERATIONS.length, defined.length)
})

/** The room of an operation, by what it is about. */
const ROOMS = {
  file: 'files',
  container: 'containers',
  ecosystem: 'ecosystem',
  bootstrapper: 'bootstrapper',
  settings: 'settings',
} as const

for (const { name, target } of OPERATIONS)
  test(`OPERATIONS: ${name} has a file of its name, and tests that begin with its name`, () => {
    const file = name.replace(/(?<!^)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()

    const room = new URL(`${ROOMS[target]}/`, HERE)
    const tests = new URL(`${file}.test.ts`, room)

    assert.ok(existsSync(new URL(`${file}.ts`, room)), `${file}.ts is missing`)
    assert.ok(existsSync(tests), `${file}.test.ts is missing`)
    const titles = [...readFileSync(tests, 'utf8').matchAll(/^\s*test\(\s*['`](\w+)/gm)]
    assert.ok(titles.length > 0)
    for (const [, first] of titles) assert.equal(first, name)
  })
