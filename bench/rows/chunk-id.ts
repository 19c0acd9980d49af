import { createHash } from 'node:crypto'
import { hashBytes } from '../../src/protocol/spooky/spooky.ts'
import { measureInTurn, median, medianRatio, megabytesPerSecond, timed } from '../measure.ts'
import { type RowGroup, ratioRow } from '../row.ts'

const BYTES = 64 * 1024 * 1024

/** The hash of every chunk, in this process: there is nothing to serve. */
export const chunkIdRows: RowGroup = {
  name: 'chunk-id',
  async measure({ rounds }) {
    const bytes = Buffer.alloc(BYTES, 'wopikit')
    const speed = async (hash: () => unknown) =>
      megabytesPerSecond(BYTES, await timed(async () => hash()))
    const { ours, sha } = await measureInTurn(rounds, {
      ours: () => speed(() => hashBytes(bytes)),
      sha: () => speed(() => createHash('sha256').update(bytes).digest()),
    })
    return [
      ratioRow({
        name: 'ChunkId of 64 MiB, against SHA-256 of node:crypto',
        unit: 'MB/s',
        value: median(ours),
        floor: median(sha),
        ratio: medianRatio(ours, sha),
        atLeast: 3,
      }),
    ]
  },
}
