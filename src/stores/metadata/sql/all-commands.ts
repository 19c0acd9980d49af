import { activityCommands } from './activities.ts'
import type { Commands } from './commands.ts'
import { containerCommands } from './containers.ts'
import type { SqlDatabase } from './database.ts'
import { deliveryCommands } from './deliveries.ts'
import { documentCommands } from './documents.ts'
import { dueCommands } from './due.ts'
import { epochCommands } from './epoch.ts'
import { fragmentCommands } from './fragments.ts'
import { nameCommands } from './names.ts'
import { packCommands } from './packs.ts'
import { revocationCommands } from './revocations.ts'
import { sessionCommands } from './sessions.ts'
import { stateCommands } from './states.ts'
import { valueCommands } from './values.ts'

/**
 * Every command, on one connection. Who calls them wraps each in a transaction or a savepoint, and
 * begins the next one only when the last one has ended.
 */
export function allCommands(db: SqlDatabase): Commands {
  return {
    ...documentCommands(db),
    ...stateCommands(db),
    ...sessionCommands(db),
    ...fragmentCommands(db),
    ...dueCommands(db),
    ...packCommands(db),
    ...containerCommands(db),
    ...nameCommands(db),
    ...deliveryCommands(db),
    ...activityCommands(db),
    ...valueCommands(db),
    ...revocationCommands(db),
    ...epochCommands(db),
  }
}
