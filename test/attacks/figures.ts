import type { AttackReport } from './assault.ts'
import type { ServerNeeds, Size } from './attack.ts'
import type { Usage } from './server-watch.ts'
import type { Deed, Spread } from './victim.ts'

/** All that was measured of one attack. */
export interface Figures extends Usage, AttackReport {
  attack: string
  title: string
  /** Why it did not take place. */
  skipped?: string
  /** The other user before the attack: what the machine is able to do just now. */
  quiet: Spread
  /** The other user during the attack and a little longer. */
  others: Record<Deed, Spread>
  diskMb: number
  /** From SIGTERM to the end of the process, in ms. */
  stopMs: number
  /** How the server ended before it was told to. */
  died?: string
}

/** The other user's CheckFileInfo, in ms. */
const LOOK_P99_MAX_MS = 250
const LOOK_MAX_MS = 1000
/** A save waits for the disk, too, in ms. */
const SAVE_MAX_MS = 2000
/** A message of 300 KB may have to wait for its turn, in ms. */
const SYNC_MAX_MS = 5000
const PEAK_MEMORY_MAX_MB = 400
/** The default grace for requests under way, and a little more, in ms. */
const STOP_MAX_MS = 35_000

type Measured = Omit<Figures, 'exceeded' | 'skipped'>

/** In words, which limits are exceeded; a short run does not judge how long others waited. */
export function judge(figures: Measured, size: Size, needs: ServerNeeds = {}): string[] {
  const { others, died } = figures
  // A disk that is full takes nobody's saves.
  const failedSaves = needs.diskMib === undefined ? others.save.failed : 0
  const failed = others.look.failed + failedSaves + others.sync.failed
  return [
    ...(died === undefined ? [] : [`the server died: ${died}`]),
    ...(failed > 0 ? [`${failed} requests of the other user were not answered with 200`] : []),
    ...above('peak memory', figures.peakMemoryMb, PEAK_MEMORY_MAX_MB, 'MB'),
    ...above('disk', figures.diskMb, needs.maxDiskMb, 'MB'),
    ...above('stopping', figures.stopMs, needs.maxStopMs ?? STOP_MAX_MS, 'ms'),
    ...(size === 'full' ? slowness(figures) : []),
  ]
}

function slowness({ others }: Measured): string[] {
  return [
    ...above("others' p99", others.look.p99, LOOK_P99_MAX_MS, 'ms'),
    ...above("others' max", others.look.max, LOOK_MAX_MS, 'ms'),
    ...above("others' slowest save", others.save.max, SAVE_MAX_MS, 'ms'),
    ...above("others' slowest large message", others.sync.max, SYNC_MAX_MS, 'ms'),
  ]
}

function above(
  what: string,
  value: number | undefined,
  most: number | undefined,
  unit: string,
): string[] {
  if (value === undefined || most === undefined || !(value > most)) return []
  return [`${what} ${Math.round(value)} ${unit}, at most ${most} are allowed`]
}
