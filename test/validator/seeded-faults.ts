import { CLIENT_FAULTS } from './seeded-faults-clients.ts'
import { CONTENT_FAULTS } from './seeded-faults-content.ts'
import { ECOSYSTEM_FAULTS } from './seeded-faults-ecosystem.ts'
import { LOCK_FAULTS } from './seeded-faults-locks.ts'
import { NUMBER_FAULTS } from './seeded-faults-numbers.ts'
import type { Fault } from './seeded-faults-proxy.ts'
import { SESSION_FAULTS } from './seeded-faults-sessions.ts'

/** Hosts that are right but for one thing, and the built-in cases that have to find it. */
export const FAULTS: readonly Fault[] = [
  ...SESSION_FAULTS,
  ...LOCK_FAULTS,
  ...CONTENT_FAULTS,
  ...NUMBER_FAULTS,
  ...ECOSYSTEM_FAULTS,
  ...CLIENT_FAULTS,
]
