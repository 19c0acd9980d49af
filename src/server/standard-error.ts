import { fstatSync, write } from 'node:fs'
import type { WriteText } from './line-queue.ts'

const STDERR = 2
/** How long to wait before another write to a terminal or file that is not ready, in ms. */
const RETRY_MS = 20

/**
 * Writes to the standard error stream without ever blocking the event loop. Node's own stream
 * blocks it for files and terminals. For pipes it does not, and it needs no thread, which a stalled
 * reader would block for ever.
 */
export function writeToStandardError(): WriteText {
  return isPipe() ? (text, done) => process.stderr.write(text, done) : writeByThread
}

function isPipe(): boolean {
  // On Windows, writes to pipes block the caller.
  if (process.platform === 'win32') return false
  const stats = fstatSync(STDERR)
  return stats.isFIFO() || stats.isSocket()
}

function writeByThread(text: string, done: (error?: Error | null) => void): void {
  writeRest(Buffer.from(text), done)
}

function writeRest(bytes: Uint8Array, done: (error?: Error | null) => void): void {
  write(STDERR, bytes, (error, written) => {
    if (error?.code === 'EAGAIN') setTimeout(writeRest, RETRY_MS, bytes, done)
    else if (error || written === bytes.length) done(error)
    else writeRest(bytes.subarray(written), done)
  })
}
