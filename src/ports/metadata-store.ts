import type { DeliveryStore } from './metadata/deliveries.ts'
import type { DocumentStore } from './metadata/documents.ts'
import type { EpochStore } from './metadata/epoch.ts'
import type { FolderStore } from './metadata/folders.ts'
import type { GarbageStore } from './metadata/garbage.ts'
import type { RevocationStore } from './metadata/revocations.ts'
import type { SecretStore } from './metadata/secrets.ts'
import type { SessionStore } from './metadata/sessions.ts'
import type { UserStore } from './metadata/users.ts'

/**
 * Everything about documents that can change, and nothing of their bytes.
 *
 * Rules that hold for every method, in all parts:
 * - A call is one atomic command: it happens wholly or not at all, and once it has resolved it is
 *   durable. Calls that run at the same time behave as if they ran one after the other.
 * - Outcomes that a caller must expect are values. A rejected promise means that the store is
 *   broken; whether the command happened is unknown.
 * - Times are ms since 1970 UTC by the store's own clock, which is the only one that counts. Callers
 *   pass durations, and get `now` back where they need it.
 * - Every change is conditioned on what its caller has read.
 */
export interface MetadataStore
  extends DocumentStore,
    SessionStore,
    GarbageStore,
    FolderStore,
    DeliveryStore,
    UserStore,
    SecretStore,
    RevocationStore,
    EpochStore {
  /** Resolves when the store is ready for use. Rejects with the reason when it is not. */
  check(): Promise<void>

  /** Finishes the calls under way and closes the store. Every later call rejects. */
  close(): Promise<void>
}
