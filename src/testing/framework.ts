/** What a contract suite needs of a test framework; `node:test`, vitest and others have it. */
export interface TestFramework {
  describe(name: string, body: () => void): unknown
  test(name: string, body: () => Promise<void>): unknown
}
