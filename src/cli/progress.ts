/** The parts of a stream that the progress needs. */
export interface ProgressStream {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

/** One line that shows the progress of the work. */
export interface ProgressLine {
  /** Shows that `done` of `total` bytes are done. */
  show(label: string, done: number, total: number): void
  /** Prints a line for good, above the progress. */
  print(text: string): void
  /** Removes the progress. */
  clear(): void
}

const BAR_CHARS = 24
const CLEAR_LINE = '\r\x1b[K'
const UNITS = ['B', 'kB', 'MB', 'GB', 'TB']

/** Shows a bar on a terminal, and nothing elsewhere. */
export function createProgressLine(stream: ProgressStream): ProgressLine {
  let shown = ''

  function draw(line: string): void {
    const fitting = line.slice(0, (stream.columns ?? 80) - 1)
    if (!stream.isTTY || fitting === shown) return
    stream.write(fitting === '' ? CLEAR_LINE : `${CLEAR_LINE}${fitting}`)
    shown = fitting
  }

  return {
    show(label, done, total) {
      const share = total === 0 ? 1 : done / total
      const full = Math.round(share * BAR_CHARS)
      const bar = '█'.repeat(full) + '░'.repeat(BAR_CHARS - full)
      const percent = String(Math.floor(share * 100)).padStart(3)
      draw(`${label} ${bar} ${percent} % of ${formatBytes(total)}`)
    },
    print(text) {
      draw('')
      stream.write(`${text}\n`)
    },
    clear: () => draw(''),
  }
}

/** A size for people, in decimal units. */
export function formatBytes(bytes: number): string {
  let value = bytes
  let unit = 0
  for (; value >= 999.5 && unit < UNITS.length - 1; unit++) value /= 1000
  return `${unit === 0 || value >= 99.5 ? Math.round(value) : value.toFixed(1)} ${UNITS[unit]}`
}
