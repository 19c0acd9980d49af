import type { GarbageStore } from '../../ports/metadata/garbage.ts'
import type { SessionStore } from '../../ports/metadata/sessions.ts'
import { SESSION_GRACE_MS } from '../limits.ts'
import { documentOfPack } from '../packs/pack-writer.ts'
import { chunkLater } from '../saving/chunk-later.ts'
import type { ContentServices } from '../saving/services.ts'
import type { Retention } from './retention.ts'
import { raiseMark } from './store-mark.ts'
import { sweepDocument } from './sweep-document.ts'

/**
 * A sweeper that first makes sure that metadata and blobs belong together.
 *
 * @throws StoreMismatchError from `sweep`, which has changed nothing then
 */
export function createSafeSweeper(...parts: Parameters<typeof createSweeper>): Sweeper {
  const sweeper = createSweeper(...parts)
  return {
    async sweep(options) {
      await raiseMark(parts[0])
      return sweeper.sweep(options)
    },
  }
}

/** The result of one sweep. */
export interface SweepReport {
  sessionsRemoved: number
  documentsSwept: number
  statesPruned: number
  packsCondemned: number
  packsDeleted: number
  /** Whether the budget ran out before the work did. */
  more: boolean
}

export interface Sweeper {
  /**
   * Removes expired sessions, former states that are too old, and packs that nothing names, until
   * nothing is left to do or `budgetMs` have passed. It may be killed at any moment and may run
   * several times at once: every step is conditioned on what it has read.
   *
   * It finishes each document that it has begun, or it would never finish a very large one. Only
   * `signal` stops it there.
   *
   * @throws AggregateError at the end, with one error for each document that failed
   */
  sweep(options: { budgetMs: number; signal?: AbortSignal }): Promise<SweepReport>
}

type Services = Pick<ContentServices, 'metadata' | 'blobs' | 'opener' | 'newId'>

const PAGE = 100
/** Rows of sessions and fragments that one command removes, in about ten milliseconds. */
const SESSION_ROWS = 1000
/** Partitions of the search for orphaned packs, by the first two digits of the document's key. */
const BUCKETS = 256
/** Time until the next attempt to chunk a document after a failure, in ms. */
const CHUNK_AGAIN_MS = 60 * 60 * 1000

/**
 * Creates a sweeper. Nothing else deletes packs, except `abandonPacks`: packs that their own writer has
 * doomed.
 *
 * @param options.clock measures the budget of a sweep, in ms
 * @param options.random a number in [0, 1) that selects the first partition of the blobs
 *   (default: `Math.random`)
 */
export function createSweeper(
  services: Services,
  options: { retention: Retention; clock: () => number; random?: () => number },
): Sweeper {
  const { retention, clock, random = Math.random } = options
  let bucket = Math.floor(random() * BUCKETS)

  return {
    async sweep({ budgetMs, signal }) {
      const end = clock() + budgetMs
      const report = emptyReport()
      const hasTime = () => clock() < end && !signal?.aborted
      report.sessionsRemoved = await removeDeadSessions(services.metadata, hasTime)
      const visit = createVisit(services, retention, report, signal)
      await visit.bucket(bucket)
      bucket = (bucket + 1) % BUCKETS
      const isFinished = await visitDue(services.metadata, hasTime, visit.document)
      report.more ||= !isFinished
      visit.throwFailures()
      return report
    },
  }
}

async function removeDeadSessions(metadata: SessionStore, hasTime: () => boolean): Promise<number> {
  let removed = 0
  for (let more = true; more && hasTime(); ) {
    const limits = { graceMs: SESSION_GRACE_MS, limit: SESSION_ROWS }
    const step = await metadata.removeDeadSessions(limits)
    removed += step.removed
    more = step.more
  }
  return removed
}

/**
 * Lists one partition of the blobs and requests a sweep of their documents, also of documents that
 * were never added: a process may have died after it wrote a pack and before it named it.
 */
async function requestBucketSweeps({ blobs, metadata }: Services, bucket: number): Promise<void> {
  const prefix = `${bucket.toString(16).padStart(2, '0')}/`
  let last: string | undefined
  for await (const { key } of blobs.list(prefix)) {
    const documentKey = documentOfPack(key)
    if (documentKey === undefined || documentKey === last) continue
    last = documentKey
    await metadata.requestSweep(documentKey, 0)
  }
}

/**
 * Sweeps documents one by one and collects errors: a failing document does not block others. A
 * document whose sweep fails stays in the queue. A document whose chunking fails is swept all the
 * same. Since each attempt may read a large document for nothing, the next attempt comes later.
 */
function createVisit(
  services: Services,
  retention: Retention,
  report: SweepReport,
  signal: AbortSignal | undefined,
) {
  const failures: Error[] = []
  const note = (message: string, cause: unknown) => {
    failures.push(new Error(`${message}: ${cause}`, { cause }))
  }
  return {
    async bucket(bucket: number): Promise<void> {
      await requestBucketSweeps(services, bucket).catch((cause) =>
        note('The blob store could not list its blobs', cause),
      )
    },

    /** Sweeps a document. Returns whether nothing is left to do. */
    async document(documentKey: string): Promise<boolean> {
      try {
        await sweepDocument(services, documentKey, retention, report)
      } catch (cause) {
        note(`The sweep of document ${documentKey} failed`, cause)
        return false
      }
      try {
        return await chunkLater(services, documentKey, signal)
      } catch (cause) {
        if (signal?.aborted) {
          report.more = true
          return false
        }
        note(`Document ${documentKey} could not be chunked`, cause)
        await services.metadata.requestSweep(documentKey, CHUNK_AGAIN_MS)
        return true
      }
    },

    throwFailures(): void {
      if (failures[0]) throw new AggregateError(failures, failures[0].message)
    },
  }
}

/**
 * Visits each document in the queue once, longest due first. `visit` returns whether nothing is
 * left to do.
 */
async function visitDue(
  metadata: GarbageStore,
  hasTime: () => boolean,
  visit: (documentKey: string) => Promise<boolean>,
): Promise<boolean> {
  const seen = new Set<string>()
  let unsettled = 0
  for (;;) {
    const page = await metadata.listDue(PAGE + unsettled)
    const due = page.filter((entry) => !seen.has(entry.documentKey))
    if (due.length === 0) return true
    for (const { documentKey, dueAt } of due) {
      if (!hasTime()) return false
      seen.add(documentKey)
      if (await visit(documentKey)) await metadata.finishSweep(documentKey, dueAt)
      else unsettled++
    }
  }
}

function emptyReport(): SweepReport {
  return {
    sessionsRemoved: 0,
    documentsSwept: 0,
    statesPruned: 0,
    packsCondemned: 0,
    packsDeleted: 0,
    more: false,
  }
}
