import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { after, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { closeValues } from './example-values.ts'
import { exportedFunctions, writeExamples } from './examples.ts'

const TSC = join(import.meta.dirname, '../../node_modules/typescript/bin/tsc')

/** What a failure shows of the compiler's words at most. */
const OUTPUT_MAX_CHARS = 5000

const functions = await exportedFunctions()
const examples = await writeExamples(functions)
after(async () => {
  await closeValues()
  await examples[Symbol.asyncDispose]()
})

/** Whether a function shares the example of the one that its comment links to. */
function sharesExample(name: string, comment: string): boolean {
  const [, other] = /\{@link (\w+)\} has an example/.exec(comment) ?? []
  const example = functions.find((candidate) => candidate.name === other)?.example
  return example?.includes(`${name}(`) ?? false
}

describe('the examples of the API reference', () => {
  test('show every function that the package exports', () => {
    const missing = functions.filter(({ name, comment, example }) => {
      return !example?.includes(`${name}(`) && !sharesExample(name, comment)
    })

    assert.ok(functions.length > 50)
    assert.deepEqual(
      missing.map(({ entry, name }) => `${entry}: ${name}`),
      [],
    )
  })

  test('import what they show from the entry that exports it, and assert something', () => {
    for (const { name, entry, example } of functions) {
      if (example === undefined) continue
      const [, imported = ''] =
        new RegExp(`import \\{([^}]*)\\} from '${entry}'`).exec(example) ?? []
      assert.ok(imported.split(/[\s,]+/).includes(name), `${name} comes from ${entry}`)
      assert.match(example, /\bassert\b/, name)
    }
  })

  test('compile', async () => {
    await promisify(execFile)(process.execPath, [TSC, '-p', examples.folder]).catch((error) => {
      throw new Error(error.stdout.slice(0, OUTPUT_MAX_CHARS))
    })
  })

  for (const { name, entry, example } of functions)
    if (example !== undefined)
      test(`${entry}: the example of ${name} runs, and what it asserts is true`, () =>
        examples.run(name))
})
