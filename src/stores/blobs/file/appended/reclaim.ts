import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { BlockPool } from '../block-pool.ts'
import { FileReader } from '../file-reader.ts'
import type { OwnFiles } from '../own-files.ts'
import { hasCode, type SystemCalls } from '../system-calls.ts'
import { deletedByteOf, PACKS_SUFFIX, UNIT_BYTES } from './layout.ts'
import type { OpenFiles } from './open-files.ts'
import { type FoundRecord, openIfThere, readFront, readRecords } from './read-records.ts'

/** The bytes of a record are not those that were stored. */
class DamagedRecordError extends Error {
  override readonly name = 'DamagedRecordError'
}

/** A file is given up when less than this share of its units is alive. */
const LIVE_SHARE_MIN = 1 / 4

/** Whether so little of a file is alive that it should be given up. */
export function isMostlyDead(units: { live: number; all: number }): boolean {
  return units.live < units.all * LIVE_SHARE_MIN
}

/** How many units a file of this size has behind its front, the last one in parts. */
export function unitsIn(size: number): number {
  return Math.max(1, Math.ceil(size / UNIT_BYTES) - 1)
}

/** Gives up files in which little is alive. */
export interface Reclaimer {
  /** Whether the marks of deleted records alone say that a file is mostly dead. */
  seemsDead(file: number): Promise<boolean>
  /**
   * Gives a file up if it is mostly dead: what lives gets files of its own first, where it is looked
   * for once this one is gone. Does nothing while somebody may append to it, nor when it holds what
   * cannot be told from damage.
   */
  reclaim(directory: string, name: string): Promise<void>
}

export function createReclaimer(options: {
  calls: SystemCalls
  pool: BlockPool
  files: OpenFiles
  ownFiles: Pick<OwnFiles, 'storeMoved' | 'delete'>
}): Reclaimer {
  const { calls, pool, files, ownFiles } = options

  return {
    async seemsDead(file) {
      const units = unitsIn(await calls.size(file))
      return isMostlyDead({ live: units - (await deletedUnits(file, units)), all: units })
    },

    async reclaim(directory, name) {
      const path = join(directory, name + PACKS_SUFFIX)
      const file = await openIfThere(calls, path, 'r')
      if (file === undefined) return
      try {
        // First of all: what is found afterwards is all that there ever will be.
        if (!files.settle(directory, name)) return
        const live = await readLive(file)
        if (!live) return
        for (const record of live)
          await ownFiles.storeMoved(record.key, contentOf({ calls, pool }, path, record))
        await deleteAgain(file, live)
        await calls.unlink(path)
      } catch (error) {
        // Damage is for `verify` to tell: the bytes stay where they are. Otherwise another process has
        // done the same just now, or this one may only read.
        const isHarmless = hasCode(error, 'ENOENT', 'EACCES', 'EPERM', 'EROFS', 'EBUSY')
        if (!isHarmless && !(error instanceof DamagedRecordError)) throw error
      } finally {
        await calls.close(file)
      }
    },
  }

  async function deletedUnits(file: number, units: number): Promise<number> {
    const front = await readFront(calls, file)
    if (!front) return 0
    return front.subarray(deletedByteOf(1), deletedByteOf(units + 1)).filter((mark) => mark !== 0)
      .length
  }

  /** What lives in a file; `undefined` when that is much, or the rest may be damaged records. */
  async function readLive(file: number): Promise<FoundRecord[] | undefined> {
    const live: FoundRecord[] = []
    let units = 0
    const records = readRecords(calls, file)
    for (;;) {
      const step = await records.next()
      if (step.done && !step.value.isTorn) return undefined
      if (step.done) break
      if (step.value.isDeleted) continue
      live.push(step.value)
      units += step.value.units
    }
    return isMostlyDead({ live: units, all: unitsIn(await calls.size(file)) }) ? live : undefined
  }

  /** What was deleted meanwhile may have been before it had a file of its own. */
  async function deleteAgain(file: number, moved: readonly FoundRecord[]): Promise<void> {
    const front = await readFront(calls, file)
    for (const { key, unit } of moved)
      if (front?.[deletedByteOf(unit)] !== 0) await ownFiles.delete(key)
  }
}

/** @throws DamagedRecordError at the end, so that damage is not copied as if it were sound */
async function* contentOf(
  { calls, pool }: { calls: SystemCalls; pool: BlockPool },
  path: string,
  record: FoundRecord,
): AsyncGenerator<Uint8Array> {
  const fd = await calls.open(path, 'r')
  const start = record.unit * UNIT_BYTES + record.headerBytes
  const range = { start, end: start + record.length }
  await using bytes = new FileReader({ calls, pool }, { fd, range, signal: undefined })
  let crc = 0
  for await (const piece of bytes) {
    crc = crc32(piece, crc)
    // The block is read into again before the copy is written.
    yield new Uint8Array(piece)
  }
  if (crc !== record.crc) throw new DamagedRecordError(`${record.key} in ${path} is damaged`)
}
