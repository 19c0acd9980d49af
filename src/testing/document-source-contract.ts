import type { TestFramework } from './framework.ts'
import { conflictContract } from './sources/conflict.ts'
import type { OpenedDocumentSource, SourceContractTest } from './sources/context.ts'
import { findContract } from './sources/find.ts'
import { onSavedContract } from './sources/on-saved.ts'
import { openContract } from './sources/open.ts'
import { repeatContract } from './sources/repeat.ts'

export type { OpenedDocumentSource } from './sources/context.ts'

/**
 * Tests the sentences of the contract of a DocumentSource, `onSaved` included. It does not test
 * `tree` and `onConflict`.
 *
 * @param framework `describe` and `test` of a test framework
 * @param name the name of the suite
 * @param open opens a source with one document, anew for each test
 *
 * @example
 * ```ts
 * import { describeDocumentSource } from 'wopikit/testing'
 *
 * let tests = 0
 * const framework = {
 *   describe: (_name: string, body: () => void) => body(), // those of node:test, or of another
 *   test: () => {
 *     tests += 1
 *   },
 * }
 * describeDocumentSource(framework, 'my documents', async () => {
 *   const source = {
 *     revisions: 'immutable' as const,
 *     find: async () => undefined,
 *     open: async () => Promise.reject(new Error('There is no document')),
 *     onSaved: async () => Promise.reject(new Error('There is no document')),
 *   } // yours
 *   return { source, fileId: 'report' }
 * })
 *
 * assert.ok(tests > 10)
 * ```
 */
export function describeDocumentSource(
  framework: TestFramework,
  name: string,
  open: () => Promise<OpenedDocumentSource>,
): void {
  const contractTest: SourceContractTest = (title, body) =>
    framework.test(title, async () => {
      const opened = await open()
      try {
        await body(opened)
      } finally {
        await opened.close?.()
      }
    })

  framework.describe(`${name} as a DocumentSource`, () => {
    findContract(contractTest)
    openContract(contractTest)
    onSavedContract(contractTest)
    repeatContract(contractTest)
    conflictContract(contractTest)
  })
}
