import type { Deliveries } from '../content/application/deliveries.ts'
import type { WaitingDelivery } from '../content/application/waiting.ts'

const LIMIT_DEFAULT = 100

/** Saves that the application has not taken yet; none in a host that keeps all documents itself. */
export interface HostDeliveries {
  /** The oldest save of each document that has any, soonest due first: at most `limit` (default: 100). */
  list(options?: { limit?: number }): Promise<WaitingDelivery[]>
  /**
   * Tries again now: the save of a document, or one of each. Those that this process is at are left
   * alone; what another one is at may be delivered twice.
   *
   * @returns how many are tried
   */
  retry(options?: { fileId?: string }): Promise<number>
}

/** Creates what an application may ask about its deliveries. */
export function createHostDeliveries(deliveries: Deliveries | undefined): HostDeliveries {
  return {
    list: async ({ limit = LIMIT_DEFAULT } = {}) => (await deliveries?.waiting(limit)) ?? [],
    retry: async ({ fileId } = {}) => (await deliveries?.retry(fileId)) ?? 0,
  }
}
