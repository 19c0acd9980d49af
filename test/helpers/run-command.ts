import assert from 'node:assert/strict'
import { EventEmitter } from 'node:events'
import { join } from 'node:path'
import type { Command } from 'commander'
import type { TransferIo } from '../../src/cli/transfer.ts'

/** How a command is run in a test. */
export interface RunOptions {
  env?: Record<string, string>
  /** Ctrl-C comes when the terminal shows this for the second time. */
  stopAt?: string
  tty?: boolean
}

/** Runs a command in a folder, which has the user's state, too; tells what it has printed. */
export async function runIn(
  folder: string,
  command: (io: TransferIo) => Command,
  words: string[],
  options: RunOptions = {},
) {
  const signals = new EventEmitter()
  const outcome = { stdout: '', stderr: '', terminal: '', code: 0 }
  let shown = 0
  const io: TransferIo = {
    env: { INIT_CWD: folder, XDG_STATE_HOME: join(folder, 'state'), ...options.env },
    stdout: {
      write(text) {
        outcome.stdout += text
        outcome.terminal += text
      },
    },
    stderr: {
      isTTY: options.tty ?? options.stopAt !== undefined,
      write(text) {
        outcome.stderr += text
        outcome.terminal += text
        if (options.stopAt && text.includes(options.stopAt) && ++shown === 2) signals.emit('SIGINT')
      },
    },
    exit: (code) => {
      outcome.code = code
    },
    signals,
  }
  const parser = command(io)
    .exitOverride()
    .configureOutput({ writeErr: () => {} })
  await parser.parseAsync(words, { from: 'user' })
  assert.equal(signals.listenerCount('SIGINT') + signals.listenerCount('SIGTERM'), 0)
  return outcome
}
