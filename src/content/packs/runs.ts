import { MERGED_GAP_MAX_BYTES } from '../limits.ts'
import type { ByteSource, Extent } from '../state/extents.ts'

/** A part of a reply: bytes at hand, such as a frame header, or bytes of a pack. */
export type Piece = Uint8Array | Extent

/** One range read of one source, and the pieces that it serves in order. */
export interface ReadRun {
  kind: 'run'
  source: ByteSource
  start: number
  end: number
  pieces: Piece[]
  /** Of all pieces, in bytes. */
  size: number
}

/** Bytes at hand that nothing was read before. */
export interface Literal {
  kind: 'literal'
  pieces: Uint8Array[]
}

/** Many short runs here and there in a few sources, which are read together. */
export interface ScatteredRead {
  kind: 'scattered'
  runs: ReadRun[]
  size: number
}

export type Job = ReadRun | Literal | ScatteredRead

/** Most pieces of one run, or of bytes at hand: no more are made before they are needed. */
const PIECES_PER_JOB = 1024
/** Runs of at most this many bytes are read together. */
const SHORT_RUN_MAX_BYTES = 16 * 1024
/** Most runs that are read together, and most bytes that they give. */
const SCATTERED_MAX_RUNS = 1024
const SCATTERED_MAX_BYTES = 256 * 1024
/** So many runs must fall on each source, or each is read by itself. */
const RUNS_PER_SOURCE_MIN = 4

/**
 * Plans how pieces are read, as far as they are asked for: neighbouring extents of a source become one
 * run, also across small gaps and literal bytes; a document that is scattered is read in windows.
 */
export function* planJobs(pieces: Iterable<Piece>): Generator<Job> {
  let short: ReadRun[] = []
  let size = 0
  for (const job of planRuns(pieces)) {
    const isShort = job.kind === 'run' && job.size <= SHORT_RUN_MAX_BYTES
    if (isShort) {
      short.push(job)
      size += job.size
      if (short.length < SCATTERED_MAX_RUNS && size < SCATTERED_MAX_BYTES) continue
    }
    yield* together(short, size)
    short = []
    size = 0
    if (!isShort) yield job
  }
  yield* together(short, size)
}

function together(runs: ReadRun[], size: number): readonly Job[] {
  const sources = new Set(runs.map(({ source }) => source.key)).size
  if (runs.length < sources * RUNS_PER_SOURCE_MIN) return runs
  return runs.length === 0 ? [] : [{ kind: 'scattered', runs, size }]
}

function* planRuns(pieces: Iterable<Piece>): Generator<ReadRun | Literal> {
  let last: ReadRun | Literal | undefined
  for (const piece of pieces) {
    if (piece.length === 0) continue
    const isFull = last && last.pieces.length >= PIECES_PER_JOB
    if (last && !isFull && add(last, piece)) continue
    if (last) yield last
    last = begin(piece)
  }
  if (last) yield last
}

function begin(piece: Piece): ReadRun | Literal {
  if (piece instanceof Uint8Array) return { kind: 'literal', pieces: [piece] }
  const { source, offset: start, length } = piece
  return { kind: 'run', source, start, end: start + length, pieces: [piece], size: length }
}

/** Adds a piece to a job, if it goes on there. */
function add(job: ReadRun | Literal, piece: Piece): boolean {
  if (piece instanceof Uint8Array) {
    job.pieces.push(piece)
    if (job.kind === 'run') job.size += piece.length
    return true
  }
  if (job.kind === 'literal' || !continues(job, piece)) return false
  job.end = piece.offset + piece.length
  job.pieces.push(piece)
  job.size += piece.length
  return true
}

function continues(run: ReadRun, extent: Extent): boolean {
  const gap = extent.offset - run.end
  return run.source.key === extent.source.key && gap >= 0 && gap <= MERGED_GAP_MAX_BYTES
}
