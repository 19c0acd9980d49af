import { getHeapSpaceStatistics, getHeapStatistics, setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/**
 * V8's own limit is 128 MB on a machine with memory to spare: more than the whole rest of a server.
 */
const YOUNG_GENERATION_MAX_BYTES = 8 * 1024 * 1024
/**
 * How much the old generation may grow between two collections, in percent; V8 uses up to 300. The
 * buffers of bodies count as growth: with 20 %, the server collected garbage all the time, and
 * received half as many bytes.
 */
const OLD_GENERATION_GROWTH_PERCENT = 100
/**
 * Memory of buffers, most of them bytes of bodies that were written long ago. By default V8 lets 64
 * MB gather.
 */
const BUFFERS_MAX_BYTES = 12 * 1024 * 1024
/** How often to look at the sizes, in ms: at 1 GB/s another 20 MB have arrived by then. */
const LOOK_INTERVAL_MS = 20

type CollectGarbage = (options: { type: 'minor' }) => void

/**
 * Keeps V8's heap and the buffers beside it close to the memory in use, as long as the process
 * runs. Requests leave few objects that live on, and a collection of the young generation takes
 * about a millisecond. V8 reads these settings whenever it lets the heap grow. The size of the
 * young generation can be set only on the command line.
 */
export function keepHeapSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${OLD_GENERATION_GROWTH_PERCENT}`)
  setFlagsFromString('--expose-gc')
  const collect: CollectGarbage = runInNewContext('gc')
  let mayGrow = true
  const timer = setInterval(() => {
    if (getHeapStatistics().external_memory > BUFFERS_MAX_BYTES) collect({ type: 'minor' })
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
