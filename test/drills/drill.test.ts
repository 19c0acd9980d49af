import assert from 'node:assert/strict'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { EXPECTED_FAILURES } from './expected-failures.ts'

test('every expected failure is the name of a drill', async () => {
  const sources: string[] = []
  for await (const file of glob('*.test.ts', { cwd: import.meta.dirname }))
    sources.push(await readFile(join(import.meta.dirname, file), 'utf8'))

  const unknown = Object.keys(EXPECTED_FAILURES).filter(
    (name) => !sources.some((source) => source.includes(`'${name}'`)),
  )

  assert.deepEqual(unknown, [])
})
