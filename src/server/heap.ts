import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** V8's own limit is 128 MB on a machine with memory to spare: more than all the rest of a server. */
const YOUNG_GENERATION_MAX_BYTES = 8 * 1024 * 1024
/** How much the old generation may grow between two collections, in percent; V8 takes up to 300. */
const OLD_GENERATION_GROWTH_PERCENT = 30
/** How often the size of the young generation is looked at, in ms. */
const LOOK_INTERVAL_MS = 200

/**
 * Keeps V8's heap close to what is in use, as long as the process runs. Requests leave little behind
 * that lives on, so that a larger heap would make nothing faster. V8 reads both settings whenever it
 * lets the heap grow; the limit of the young generation itself can only be set on the command line.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${OLD_GENERATION_GROWTH_PERCENT}`)
  let mayGrow = true
  const timer = setInterval(() => {
    const isSmall = youngGenerationBytes() < YOUNG_GENERATION_MAX_BYTES
    if (isSmall === mayGrow) return
    mayGrow = isSmall
    setFlagsFromString(`--semi-space-growth-factor=${mayGrow ? 2 : 1}`)
  }, LOOK_INTERVAL_MS)
  timer.unref()
}

function youngGenerationBytes(): number {
  const space = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')
  return space?.space_size ?? 0
}
