import { ITEMS_PER_STEP, type Steps } from '../../protocol/steps.ts'
import type { Share } from '../bytes/share.ts'
import type { ByteSource, Extent } from '../state/extents.ts'
import type { Opener } from './opener.ts'
import type { ScatteredRead } from './runs.ts'

/** Extents closer than this are read together, in bytes: a block of a disk. */
const GAP_MAX_BYTES = 4 * 1024
/** Most bytes that one read fetches. */
const SPAN_MAX_BYTES = 256 * 1024

/** An extent, and where its bytes belong. */
interface Slot {
  extent: Extent
  at: number
}

/** Neighbouring slots of one source. */
interface Span {
  source: ByteSource
  start: number
  end: number
  slots: Slot[]
}

/**
 * Reads many short runs that lie here and there: each part of a source once, in the order in which it
 * lies there, into one buffer in the order in which it is wanted.
 */
export async function readScattered(
  opener: Pick<Opener, 'open'>,
  { runs, size }: ScatteredRead,
  { signal, share }: { signal?: AbortSignal | undefined; share: Share },
): Promise<Uint8Array> {
  const whole = new Uint8Array(size)
  for (const span of await share.work(plan(runs, whole))) {
    const bytes = await readSpan(opener, span, signal)
    for (const { extent, at } of span.slots) {
      const from = extent.offset - span.start
      whole.set(bytes.subarray(from, from + extent.length), at)
    }
  }
  return whole
}

/** Writes what is at hand, and plans how everything else is read. */
function* plan(runs: ScatteredRead['runs'], whole: Uint8Array): Steps<Span[]> {
  const slots = yield* slotsIn(runs, whole)
  return [...spansOf(slots)]
}

function* slotsIn(runs: ScatteredRead['runs'], whole: Uint8Array): Steps<Slot[]> {
  const slots: Slot[] = []
  let at = 0
  for (const piece of runs.flatMap(({ pieces }) => pieces)) {
    if (slots.length % ITEMS_PER_STEP === 0) yield
    if (piece instanceof Uint8Array) whole.set(piece, at)
    else slots.push({ extent: piece, at })
    at += piece.length
  }
  return slots
}

function* spansOf(slots: readonly Slot[]): Generator<Span> {
  for (const [, ofSource] of Map.groupBy(slots, ({ extent }) => extent.source.key)) {
    let span: Span | undefined
    for (const slot of ofSource.sort((one, other) => one.extent.offset - other.extent.offset)) {
      const { source, offset, length } = slot.extent
      const end = offset + length
      if (span && offset - span.end <= GAP_MAX_BYTES && end - span.start <= SPAN_MAX_BYTES) {
        span.end = Math.max(span.end, end)
        span.slots.push(slot)
        continue
      }
      if (span) yield span
      span = { source, start: offset, end, slots: [slot] }
    }
    if (span) yield span
  }
}

async function readSpan(
  opener: Pick<Opener, 'open'>,
  { source, start, end }: Span,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const whole = new Uint8Array(end - start)
  let filled = 0
  await using opened = await opener.open(source, {
    range: { start, end },
    ...(signal && { signal }),
  })
  for await (const bytes of opened) {
    whole.set(bytes.subarray(0, whole.length - filled), filled)
    filled += bytes.length
  }
  if (filled < whole.length)
    throw new Error(`Pack ${source.key} ends at byte ${start + filled}, before ${end}`)
  return whole
}
