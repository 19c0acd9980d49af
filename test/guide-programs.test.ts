import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'

const GUIDE = join(import.meta.dirname, '../docs/embedding.md')

test('every program of docs/embedding.md parses, those that no test runs too', async () => {
  const guide = await readFile(GUIDE, 'utf8')
  const programs = Array.from(guide.matchAll(/```[jt]s\n([\s\S]*?)```/g), ([, code = '']) => code)

  assert.ok(programs.some((code) => code.includes("from 'next'")))
  for (const code of programs)
    assert.doesNotThrow(() => stripTypeScriptTypes(code), `This must parse:\n${code}`)
})
