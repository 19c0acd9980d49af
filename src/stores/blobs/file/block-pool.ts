/** Size of every block, in bytes. */
export const BLOCK_BYTES = 256 * 1024
/** Blocks that wait for their next use: more than usual downloads hold at once, in all 4 MiB. */
const SPARE_BLOCKS_MAX = 16

/**
 * Blocks of memory that readers lend each other. A new one for every read would be garbage outside
 * of the heap, of which V8 lets tens of megabytes gather before it collects them.
 */
export interface BlockPool {
  take(): Uint8Array
  /** Gives a block back that nobody looks at any more. */
  give(block: Uint8Array): void
}

export function createBlockPool(): BlockPool {
  const spare: Uint8Array[] = []
  return {
    take: () => spare.pop() ?? new Uint8Array(Buffer.allocUnsafeSlow(BLOCK_BYTES).buffer),
    give(block) {
      if (spare.length < SPARE_BLOCKS_MAX) spare.push(block)
    },
  }
}
