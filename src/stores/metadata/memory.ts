import type { MetadataStore } from '../../ports/metadata-store.ts'
import { type Commands, storeOf } from './commands.ts'
import { activityCommands } from './memory/activities.ts'
import { containerCommands } from './memory/containers.ts'
import { deliveryCommands } from './memory/deliveries.ts'
import { documentCommands } from './memory/documents.ts'
import { nameCommands } from './memory/names.ts'
import { packCommands } from './memory/packs.ts'
import { sessionCommands } from './memory/sessions.ts'
import { stateCommands } from './memory/states.ts'
import { createTables } from './memory/tables.ts'
import { valueCommands } from './memory/values.ts'

/**
 * A MetadataStore that lives in this process and is gone with it: for tests and demonstrations.
 *
 * @param options.now the clock, in ms since 1970 UTC (default: `Date.now`)
 */
export function createMemoryMetadataStore(options: { now?: () => number } = {}): MetadataStore {
  const now = options.now ?? Date.now
  const tables = createTables()
  const commands: Commands = {
    ...documentCommands(tables),
    ...stateCommands(tables),
    ...sessionCommands(tables),
    ...packCommands(tables),
    ...containerCommands(tables),
    ...nameCommands(tables),
    ...deliveryCommands(tables),
    ...activityCommands(tables),
    ...valueCommands(tables),
  }
  let closed = false
  const checkOpen = () => {
    if (closed) throw new Error('The metadata store is closed')
  }

  return {
    ...storeOf(async (name, input) => {
      checkOpen()
      const run = commands[name] as (now: number, ...input: unknown[]) => unknown
      return run(now(), ...input)
    }),
    async check() {
      checkOpen()
    },
    async close() {
      closed = true
    },
  }
}
