import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import * as client from '../src/client.ts'
import * as index from '../src/index.ts'
import { FRAME_ERROR_CODES } from '../src/protocol/frames/frame-error.ts'
import * as protocol from '../src/protocol.ts'
import * as store from '../src/store.ts'

const ERRORS_PAGE = join(import.meta.dirname, '../docs/errors.md')

describe('docs/errors.md', () => {
  test('names every class of error that the package exports', async () => {
    const page = await readFile(ERRORS_PAGE, 'utf8')
    const classes = [client, index, protocol, store]
      .flatMap((entry) => Object.entries(entry))
      .filter(([, value]) => typeof value === 'function' && value.prototype instanceof Error)

    const missing = classes.filter(([name]) => !page.includes(`\`${name}\``))
    assert.ok(classes.length > 5, 'the entries export errors')
    assert.deepEqual(missing, [])
  })

  test('has a row for each code of a frame that cannot be read', async () => {
    const page = await readFile(ERRORS_PAGE, 'utf8')

    assert.deepEqual(
      FRAME_ERROR_CODES.filter((code) => !page.includes(`| \`${code}\` |`)),
      [],
    )
  })
})
