import type { OpenedBytes } from '../../ports/blob-store.ts'
import { joinBytes } from '../bytes/join.ts'
import { type Share, UNCOUNTED } from '../bytes/share.ts'
import { READ_AHEAD_PACKS, SMALL_PIECE_MAX_BYTES } from '../limits.ts'
import type { Extent } from '../state/extents.ts'
import type { Opener } from './opener.ts'
import { type Job, type Piece, planJobs, type ReadRun } from './runs.ts'
import { readScattered } from './scattered.ts'

export type { Piece } from './runs.ts'

/** Who reads, and until when. */
export interface ReadingOptions {
  signal?: AbortSignal | undefined
  /** Of the request that reads: it is charged with work that is more than passing bytes on. */
  share?: Share
}

type ReadingOpener = Pick<Opener, 'open' | 'reserveAhead'>

/**
 * Opens pieces as one stream of bytes. Neighbouring extents of a pack become one range read, also
 * across small gaps and across literal bytes, and the next packs are opened while one is being
 * read, as long as not too many readers do so. Pieces are asked for as they are needed. The first read has begun when the promise resolves,
 * so a missing pack is an error before anything was sent. A read that breaks later makes the
 * iteration throw.
 *
 * @param options.lead bytes that go out before the pieces, asked for as they are needed
 */
export async function openPieces(
  opener: ReadingOpener,
  pieces: Iterable<Piece>,
  { signal, lead = [], share = UNCOUNTED }: ReadingOptions & { lead?: Iterable<Uint8Array> } = {},
): Promise<OpenedBytes> {
  const queue = createJobQueue(opener, planJobs(pieces), { signal, share })
  await queue.first()
  const bytes = joinSmall(readAll(lead, queue))
  return {
    [Symbol.asyncIterator]: () => bytes,
    [Symbol.asyncDispose]: () => queue.dispose(),
  }
}

/** Reads a few bytes into memory. The caller must keep `extents` small. */
export async function readExtents(
  opener: ReadingOpener,
  extents: Iterable<Extent>,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  await using opened = await openPieces(opener, extents, { signal })
  for await (const bytes of opened) parts.push(new Uint8Array(bytes))
  return joinBytes(parts)
}

/** A job that is begun, with the place that it takes while nobody reads it. */
interface Opening {
  job: Job
  bytes: Promise<OpenedBytes> | undefined
  place: Disposable | undefined
}

interface JobQueue {
  /** Waits for the first read to be open. */
  first(): Promise<void>
  /** The jobs in order, each open. The one before is closed when the next is asked for. */
  opened(): AsyncGenerator<{ job: Job; bytes: OpenedBytes | undefined }>
  dispose(): Promise<void>
}

function createJobQueue(
  opener: ReadingOpener,
  jobs: Iterator<Job>,
  { signal, share }: ReadingOptions & { share: Share },
): JobQueue {
  /** The job that is read now, and some behind it. */
  const openings: Opening[] = []
  let next: Job | undefined
  let disposed = false

  function fill(): void {
    while (!disposed && openings.length <= READ_AHEAD_PACKS) {
      next ??= jobs.next().value ?? undefined
      if (!next) return
      const isAhead = openings.length > 0 && next.kind !== 'literal'
      // What costs much work is only done when it is needed.
      if (isAhead && next.kind === 'scattered') return
      const place = isAhead ? opener.reserveAhead() : undefined
      if (isAhead && !place) return
      openings.push({ job: next, bytes: start(next), place })
      next = undefined
    }
  }

  function start(job: Job): Promise<OpenedBytes> | undefined {
    if (job.kind === 'literal') return undefined
    const bytes =
      job.kind === 'run' ? openRun(job) : readScattered(opener, job, { signal, share }).then(opened)
    // Whoever awaits this gets the error. Without this handler an unawaited error would end the
    // process.
    bytes.catch(() => {})
    return bytes
  }

  function openRun({ source, start, end }: ReadRun): Promise<OpenedBytes> {
    return opener.open(source, { range: { start, end }, ...(signal && { signal }) })
  }

  async function close({ bytes, place }: Opening): Promise<void> {
    const opened = await bytes?.catch(() => undefined)
    await opened?.[Symbol.asyncDispose]()
    place?.[Symbol.dispose]()
  }

  return {
    async first() {
      try {
        fill()
        await openings.find(({ bytes }) => bytes)?.bytes
      } catch (error) {
        await this.dispose()
        throw error
      }
    },

    async *opened() {
      for (;;) {
        openings[0]?.place?.[Symbol.dispose]()
        fill()
        if (disposed) throw new Error('The bytes were closed before they were read to the end')
        const opening = openings[0]
        if (!opening) return
        yield { job: opening.job, bytes: await opening.bytes }
        openings.shift()
        // Not awaited: an error appears when all runs are disposed.
        close(opening).catch(() => {})
      }
    },

    async dispose() {
      disposed = true
      await Promise.all(openings.map(close))
    },
  }
}

/** Bytes in memory as if they were opened. */
function opened(bytes: Uint8Array): OpenedBytes {
  async function* once(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  return { [Symbol.asyncIterator]: once, async [Symbol.asyncDispose]() {} }
}

async function* readAll(lead: Iterable<Uint8Array>, queue: JobQueue): AsyncGenerator<Uint8Array> {
  try {
    yield* lead
    for await (const { job, bytes } of queue.opened()) {
      if (job.kind === 'literal') yield* job.pieces
      else if (job.kind === 'run') yield* readRun(job, bytes as OpenedBytes)
      else yield* bytes as OpenedBytes
    }
  } finally {
    await queue.dispose()
  }
}

/** Yields the pieces of a run from its bytes, without the gaps between them. */
async function* readRun(run: ReadRun, opened: OpenedBytes): AsyncGenerator<Uint8Array> {
  const source = opened[Symbol.asyncIterator]()
  let bytes: Uint8Array = new Uint8Array(0)
  let position = run.start

  for (const piece of run.pieces) {
    if (piece instanceof Uint8Array) {
      yield piece
      continue
    }
    const end = piece.offset + piece.length
    while (position < end) {
      if (bytes.length === 0) {
        const next = await source.next()
        if (next.done)
          throw new Error(`Pack ${run.source.key} ends at byte ${position}, before ${end}`)
        bytes = next.value
      }
      const skip = Math.min(bytes.length, Math.max(0, piece.offset - position))
      const taken = Math.min(bytes.length - skip, end - position - skip)
      if (taken > 0) yield bytes.subarray(skip, skip + taken)
      bytes = bytes.subarray(skip + taken)
      position += skip + taken
    }
  }
}

/**
 * Joins small pieces, so that a presentation of many small chunks does not cost a write for each.
 */
async function* joinSmall(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let gathered = new Uint8Array(SMALL_PIECE_MAX_BYTES)
  let length = 0
  for await (const bytes of source) {
    if (length + bytes.length <= gathered.length) {
      gathered.set(bytes, length)
      length += bytes.length
      continue
    }
    if (length > 0) {
      yield gathered.subarray(0, length)
      gathered = new Uint8Array(SMALL_PIECE_MAX_BYTES)
      length = 0
    }
    if (bytes.length < SMALL_PIECE_MAX_BYTES / 2) {
      gathered.set(bytes, 0)
      length = bytes.length
    } else yield bytes
  }
  if (length > 0) yield gathered.subarray(0, length)
}
