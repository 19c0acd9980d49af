/** Bytes or characters go in; `done` is called when they are written, or cannot be. */
export type WriteText = (text: string, done: (error?: Error | null) => void) => void

/** Lines on their way to somebody who may take them slowly, or not at all. */
export interface LineQueue {
  /** Takes a line if there is room. Never waits. */
  write(line: string): void
  /** Lines that were not written, since the start. */
  readonly dropped: number
}

/**
 * Creates a queue of lines that holds no more than `maxChars`, plus one line. What comes while it is
 * full is dropped and counted. Lines of one turn of the event loop are written together.
 *
 * @param options.onDropped told how many lines were dropped, once there is room again
 */
export function createLineQueue(
  write: WriteText,
  { maxChars, onDropped }: { maxChars: number; onDropped: (lines: number) => void },
): LineQueue {
  let waiting: string[] = []
  /** Characters that wait or are being written. */
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
