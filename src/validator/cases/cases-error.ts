/** Cases, their resources or a selection of them that cannot be used. */
export class CasesError extends Error {
  override readonly name = 'CasesError'
  /** Line in the file of cases, from 1 on. */
  readonly line: number | undefined

  constructor(problem: string, line?: number) {
    super(line === undefined ? problem : `Line ${line}: ${problem}`)
    this.line = line
  }
}
