import type { Figures } from './figures.ts'

const COLUMNS = [
  'attack',
  'quiet p99',
  'others p50',
  'p99',
  'max',
  'failed',
  'save max',
  'sync max',
  'peak MB',
  'CPU s',
  'loop ms',
  'disk MB',
  'stop ms',
  'verdict',
] as const

/** A table of all attacks, and below it what each was answered. Times are in ms. */
export function renderTable(all: readonly Figures[]): string {
  const rows = all.map(rowOf)
  const lines = [COLUMNS, COLUMNS.map(() => '---'), ...rows]
  const table = lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')
  return `${table}\n\n${all.map(renderDetails).join('\n')}`
}

function rowOf(figures: Figures): string[] {
  if (figures.skipped !== undefined)
    return [figures.attack, ...Array.from({ length: COLUMNS.length - 2 }, () => ''), 'skipped']
  const { quiet, others } = figures
  const failed = others.look.failed + others.save.failed + others.sync.failed
  return [
    figures.attack,
    ...[quiet.p99, others.look.p50, others.look.p99, others.look.max].map(whole),
    String(failed),
    ...[others.save.max, others.sync.max].map(whole),
    whole(figures.peakMemoryMb),
    whole(figures.cpuSeconds),
    whole(figures.eventLoopDelayMs),
    whole(figures.diskMb),
    whole(figures.stopMs),
    figures.exceeded.length === 0 ? 'held' : 'EXCEEDED',
  ]
}

function renderDetails({ attack, title, skipped, answers, notes, exceeded }: Figures): string {
  const answered = Object.entries(answers).map(
    ([name, { count, slowestMs }]) => `${count} × ${name} (slowest ${slowestMs} ms)`,
  )
  return [
    `- **${attack}**: ${title}`,
    ...(skipped === undefined ? [] : [`  - skipped: ${skipped}`]),
    ...(answered.length > 0 ? [`  - answered: ${answered.join(', ')}`] : []),
    ...notes.map((note) => `  - ${note}`),
    ...exceeded.map((what) => `  - EXCEEDED: ${what}`),
  ].join('\n')
}

function whole(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? 'not measured' : String(Math.round(value))
}
