import { randomBytes } from 'node:crypto'
import type { SignedAccess } from '../access/signed-access.ts'
import { type Admin, createStoreAdmin } from '../host/admin.ts'
import { containerSrcOf, wopiSrcOf } from './addresses.ts'
import {
  claimStores,
  limitsOf,
  openAccess,
  openStores,
  openTokenKey,
  retentionOf,
} from './compose.ts'
import type { Config } from './config.ts'

export { PERMISSIONS } from '../access/signed-access.ts'
export type { Damage, HeldLock, LockFilter, VerifyReport } from '../host/admin.ts'
export { DocumentExistsError } from '../host/admin.ts'
export type { Permission } from '../ports/access.ts'

/** The administration of a data folder, for commands with or without a running server. */
export interface OpenedAdmin extends Admin, AsyncDisposable {
  access: SignedAccess
  /** The WOPISrc of a document at the server that last used the folder. */
  wopiSrc(fileId: string): string
  /** The address of a container at that server. */
  containerSrc(containerId: string): string
}

/**
 * Opens a data folder without serving it.
 *
 * @param options.create whether an empty or missing folder becomes a new one
 * @throws ServerError DATA_MISSING, DATA_UNUSABLE, and with `create` DATA_MISMATCH
 */
export async function openAdmin(
  config: Config,
  { create }: { create: boolean },
): Promise<OpenedAdmin> {
  const { data: dataDir, minFreeBytes } = config
  const stores = await openStores({ dataDir, minFreeBytes, create })
  try {
    if (create) await claimStores(stores, dataDir)
    const limits = { limits: limitsOf(config), retention: retentionOf(config) }
    return {
      ...createStoreAdmin({ ...stores, ...limits }),
      access: openAccess(stores, { key: await openTokenKey(stores, randomBytes) }),
      wopiSrc: (fileId) => wopiSrcOf(config, fileId),
      containerSrc: (containerId) => containerSrcOf(config, containerId),
      [Symbol.asyncDispose]: () => stores.close(),
    }
  } catch (error) {
    await stores.close()
    throw error
  }
}
