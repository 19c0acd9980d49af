import type { Commands } from '../commands.ts'
import { activityCommands } from './activities.ts'
import { containerCommands } from './containers.ts'
import type { Database } from './database.ts'
import { deliveryCommands } from './deliveries.ts'
import { documentCommands } from './documents.ts'
import { nameCommands } from './names.ts'
import { packCommands } from './packs.ts'
import { sessionCommands } from './sessions.ts'
import { stateCommands } from './states.ts'
import { valueCommands } from './values.ts'

/** Every command, on one connection. */
export function allCommands(db: Database): Commands {
  return {
    ...documentCommands(db),
    ...stateCommands(db),
    ...sessionCommands(db),
    ...packCommands(db),
    ...containerCommands(db),
    ...nameCommands(db),
    ...deliveryCommands(db),
    ...activityCommands(db),
    ...valueCommands(db),
  }
}
