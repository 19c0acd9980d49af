import type { Puller } from '../puller.ts'

/** As many slices are joined: each may keep a much larger buffer alive. */
const SLICES_MAX = 64

/** The first bytes of a content. */
export interface Gathered {
  pieces: Uint8Array[]
  /** In bytes. */
  length: number
  /** Whether that is all of it. */
  isWhole: boolean
}

/** Memory in which contents wait for their end, shared by all puts of a store. */
export interface GatherBudget {
  /** Bytes that may wait at once. */
  maxBytes: number
  usedBytes: number
}

/**
 * Pulls a content until its end, or until it is `limitBytes` or the budget is used up. The bytes
 * count until `release` is called.
 */
export async function gather(
  puller: Puller,
  budget: GatherBudget,
  limitBytes: number,
): Promise<Gathered & { release(): void }> {
  const pieces = createPieces()
  let length = 0
  const release = () => {
    budget.usedBytes -= length
  }
  try {
    while (length < limitBytes && budget.usedBytes < budget.maxBytes) {
      const { done, value } = await puller.next()
      if (done) return { pieces: pieces.all(), length, isWhole: true, release }
      pieces.add(value)
      length += value.length
      budget.usedBytes += value.length
    }
    return { pieces: pieces.all(), length, isWhole: false, release }
  } catch (error) {
    release()
    throw error
  }
}

/** Slices in order, joined in two steps when there are many, so that each byte is copied seldom. */
function createPieces() {
  let blocks: Uint8Array[] = []
  let last: Uint8Array[] = []
  return {
    add(piece: Uint8Array): void {
      if (piece.length > 0) last.push(piece)
      if (last.length < SLICES_MAX) return
      blocks.push(new Uint8Array(Buffer.concat(last)))
      last = []
      if (blocks.length === SLICES_MAX) blocks = [new Uint8Array(Buffer.concat(blocks))]
    },
    all: () => [...blocks, ...last],
  }
}
