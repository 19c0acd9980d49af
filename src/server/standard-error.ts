import { fstatSync, write } from 'node:fs'
import type { WriteText } from './line-queue.ts'

const STDERR = 2
/** How long a terminal or file that is not ready is left alone, in ms. */
const RETRY_MS = 20

/**
 * Ways to write to the standard error stream that never hold up the event loop. Node's own stream does
 * so for files and terminals. For a pipe it does not, and needs no thread, which a reader that stalls
 * would hold for ever.
 */
export function writeToStandardError(): WriteText {
  return isPipe() ? (text, done) => process.stderr.write(text, done) : writeByThread
}

function isPipe(): boolean {
  // Windows writes to pipes while the caller waits.
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
