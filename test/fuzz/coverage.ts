import { Session } from 'node:inspector/promises'

/** Tells which inputs reach code that none has reached before. */
export interface Coverage extends AsyncDisposable {
  /** How many blocks of the project were run since the last call that none before had run. */
  newBlocks(): Promise<number>
  /** Blocks in all. */
  readonly seen: number
}

const OWN_CODE = new URL('../../src/', import.meta.url).href

/** Asks V8 which blocks of the project's own code run. */
export async function openCoverage(): Promise<Coverage> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  const seen = new Set<string>()
  return {
    async newBlocks() {
      const { result } = await session.post('Profiler.takePreciseCoverage')
      const before = seen.size
      for (const { url, functions } of result) {
        if (!url.startsWith(OWN_CODE)) continue
        for (const { ranges } of functions)
          for (const { count, startOffset, endOffset } of ranges)
            if (count > 0) seen.add(`${url}:${startOffset}:${endOffset}`)
      }
      return seen.size - before
    },
    get seen() {
      return seen.size
    },
    async [Symbol.asyncDispose]() {
      session.disconnect()
    },
  }
}
