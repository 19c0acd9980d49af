import { type LockState, liveLocks } from '../../protocol/locks/state.ts'
import type { OperationContext } from './operation.ts'

/**
 * The size by which a save is judged: a file that is not locked and not empty is only saved where the
 * application tells clients that it has no locks (`SupportsLocks` false, or taken away). Clients then save without
 * one, and tell the time that they have seen last.
 *
 * @returns in bytes; 0 where such a save is let through
 */
export async function guardedSize(
  { features, file, grant }: Pick<OperationContext, 'features' | 'file' | 'grant'>,
  { locks, size }: { locks: LockState; size: number },
  now: number,
): Promise<number> {
  if (size === 0 || liveLocks(locks, now).kind !== 'unlocked') return size
  const { fileId, name } = file
  const properties = (await features.properties?.({ fileId, name, grant })) ?? {}
  // Clients treat a removed promise like one that was never made.
  return 'SupportsLocks' in properties && properties.SupportsLocks !== true ? 0 : size
}
