/** Writes bytes or characters, and calls `done` when they are written or the write has failed. */
export type WriteText = (text: string, done: (error?: Error | null) => void) => void

/** Lines on their way to a reader that may be slow, or not read at all. */
export interface LineQueue {
  /** Accepts a line if there is room. Never waits. */
  write(line: string): void
  /** Lines that were not written, since the start. */
  readonly dropped: number
}

/**
 * Creates a queue of lines that holds no more than `maxChars`, plus one line. While it is full, it
 * drops and counts lines. It writes the lines of one turn of the event loop together.
 *
 * @param options.onDropped gets the number of dropped lines, once there is room again
 */
export function createLineQueue(
  write: WriteText,
  { maxChars, onDropped }: { maxChars: number; onDropped: (lines: number) => void },
): LineQueue {
  let waiting: string[] = []
  /** Characters that wait, or that a write has taken. */
  let held = 0
  let state: 'idle' | 'gathering' | 'writing' = 'idle'
  let dropped = 0
  let told = 0

  function writeWaiting(): void {
    const lines = waiting
    const text = lines.join('')
    waiting = []
    state = 'writing'
    write(text, (error) => {
      held -= text.length
      state = 'idle'
      if (error) dropped += lines.length
      else tellDropped()
      if (waiting.length > 0) gather()
    })
  }

  function tellDropped(): void {
    const lines = dropped - told
    told = dropped
    if (lines > 0) onDropped(lines)
  }

  function gather(): void {
    if (state !== 'idle') return
    state = 'gathering'
    setImmediate(writeWaiting)
  }

  return {
    write(line) {
      if (held >= maxChars) {
        dropped += 1
        return
      }
      waiting.push(line)
      held += line.length
      gather()
    },
    get dropped() {
      return dropped
    },
  }
}
