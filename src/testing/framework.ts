/** The part of a test framework that a contract suite uses. `node:test`, vitest and others have it. */
export interface TestFramework {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => Promise<void>): unknown
}
