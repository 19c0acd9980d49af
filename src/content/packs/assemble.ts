import type { OpenedBytes } from '../../ports/blob-store.ts'
import { joinBytes } from '../bytes/join.ts'
import { MERGED_GAP_MAX_BYTES, READ_AHEAD_PACKS, SMALL_PIECE_MAX_BYTES } from '../limits.ts'
import type { ByteSource, Extent } from '../state/extents.ts'
import type { Opener } from './opener.ts'

type ReadingOpener = Pick<Opener, 'open' | 'reserveAhead'>

/** A part of a reply: bytes at hand, such as a frame header, or bytes of a pack. */
export type Piece = Uint8Array | Extent

/** One range read of one source, and the pieces that it serves in order. */
interface ReadRun {
  source: ByteSource
  start: number
  end: number
  pieces: Piece[]
}

/**
 * Opens pieces as one stream of bytes. Neighbouring extents of a pack become one range read, also
 * across small gaps and across literal bytes, and the next packs are opened while one is being
 * read, as long as not too many readers do so. The first read has begun when the promise resolves,
 * so a missing pack is an error before anything was sent. A read that breaks later makes the
 * iteration throw.
 */
export async function openPieces(
  opener: ReadingOpener,
  pieces: readonly Piece[],
  signal?: AbortSignal,
): Promise<OpenedBytes> {
  const { lead, runs } = planRuns(pieces)
  const queue = createRunQueue(opener, runs, signal)
  await queue.first()
  const bytes = joinSmall(readAll(lead, queue))
  return {
    [Symbol.asyncIterator]: () => bytes,
    [Symbol.asyncDispose]: () => queue.dispose(),
  }
}

/** Reads a few bytes into memory; the caller answers for `extents` being small. */
export async function readExtents(
  opener: ReadingOpener,
  extents: readonly Extent[],
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  await using opened = await openPieces(opener, extents, signal)
  for await (const bytes of opened) parts.push(new Uint8Array(bytes))
  return joinBytes(parts)
}

/** Literal bytes before the first extent go out on their own; all later ones ride in a run. */
function planRuns(pieces: readonly Piece[]): { lead: Uint8Array[]; runs: ReadRun[] } {
  const lead: Uint8Array[] = []
  const runs: ReadRun[] = []
  for (const piece of pieces) {
    const run = runs.at(-1)
    if (piece instanceof Uint8Array) {
      if (run) run.pieces.push(piece)
      else lead.push(piece)
    } else if (run && continues(run, piece)) {
      run.end = piece.offset + piece.length
      run.pieces.push(piece)
    } else if (piece.length > 0) {
      const end = piece.offset + piece.length
      runs.push({ source: piece.source, start: piece.offset, end, pieces: [piece] })
    }
  }
  return { lead, runs }
}

function continues(run: ReadRun, extent: Extent): boolean {
  const gap = extent.offset - run.end
  return run.source.key === extent.source.key && gap >= 0 && gap <= MERGED_GAP_MAX_BYTES
}

/** A run that is opened, with the place that it takes while nobody reads it. */
interface Opening {
  bytes: Promise<OpenedBytes>
  place: Disposable | undefined
}

interface RunQueue {
  /** Waits for the first run to be open. */
  first(): Promise<void>
  /** The runs in order, each open. The one before is closed when the next is asked for. */
  opened(): AsyncGenerator<{ run: ReadRun; bytes: OpenedBytes }>
  dispose(): Promise<void>
}

function createRunQueue(
  opener: ReadingOpener,
  runs: readonly ReadRun[],
  signal: AbortSignal | undefined,
): RunQueue {
  const openings: Opening[] = []
  let started = 0
  let disposed = false

  /** Opens the run that is read now, and some behind it. */
  function startFrom(current: number): void {
    openings[current]?.place?.[Symbol.dispose]()
    const end = Math.min(current + 1 + READ_AHEAD_PACKS, runs.length)
    for (; started < end && !disposed; started++) {
      const place = started > current ? opener.reserveAhead() : undefined
      if (started > current && !place) return
      openings.push({ bytes: start(runs[started] as ReadRun), place })
    }
  }

  function start({ source, start, end }: ReadRun): Promise<OpenedBytes> {
    const bytes = opener.open(source, { range: { start, end }, ...(signal && { signal }) })
    // Whoever awaits it sees the failure; one that nobody awaits must not end the process.
    bytes.catch(() => {})
    return bytes
  }

  async function close({ bytes, place }: Opening): Promise<void> {
    const opened = await bytes.catch(() => undefined)
    await opened?.[Symbol.asyncDispose]()
    place?.[Symbol.dispose]()
  }

  return {
    async first() {
      startFrom(0)
      try {
        await openings[0]?.bytes
      } catch (error) {
        await this.dispose()
        throw error
      }
    },

    async *opened() {
      for (const [i, run] of runs.entries()) {
        startFrom(i)
        const opening = openings[i]
        if (!opening) throw new Error('The bytes were closed before their end was read')
        yield { run, bytes: await opening.bytes }
        // Nobody waits for it; a failure is seen when all are disposed.
        close(opening).catch(() => {})
      }
    },

    async dispose() {
      disposed = true
      await Promise.all(openings.map(close))
    },
  }
}

async function* readAll(lead: readonly Uint8Array[], queue: RunQueue): AsyncGenerator<Uint8Array> {
  try {
    yield* lead
    for await (const { run, bytes } of queue.opened()) yield* readRun(run, bytes)
  } finally {
    await queue.dispose()
  }
}

/** Cuts the pieces of a run out of its bytes, leaving out the gaps between them. */
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

/** Gathers pieces of a few bytes, so that a deck of many small chunks is not a write for each. */
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
