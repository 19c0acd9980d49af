#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { defaultIo, EXIT, type TransferIo } from './transfer.ts'

const PACKAGE = new URL('../../package.json', import.meta.url)

/** Loaded when needed: a server has no use for a validator in its memory. */
const COMMANDS = new Map<string, (io: TransferIo) => Promise<Command>>([
  ['serve', async (io) => (await import('./serve.ts')).serveCommand(io)],
  ['add', async (io) => (await import('./add.ts')).addCommand(io)],
  ['ls', async (io) => (await import('./ls.ts')).lsCommand(io)],
  ['token', async (io) => (await import('./token.ts')).tokenCommand(io)],
  ['put', async (io) => (await import('./put.ts')).putCommand(io)],
  ['get', async (io) => (await import('./get.ts')).getCommand(io)],
  ['sessions', async (io) => (await import('./sessions.ts')).sessionsCommand(io)],
  ['locks', async (io) => (await import('./locks.ts')).locksCommand(io)],
  ['validate', async (io) => (await import('./validate.ts')).validateCommand(io)],
  ['verify', async (io) => (await import('./verify.ts')).verifyCommand(io)],
  ['sweep', async (io) => (await import('./sweep.ts')).sweepCommand(io)],
])

async function program(): Promise<Command> {
  const io = defaultIo()
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'))
  const asked = COMMANDS.get(process.argv[2] ?? '')
  const wanted = asked ? [asked] : [...COMMANDS.values()]
  const commands = await Promise.all(wanted.map((load) => load(io)))
  const root = new Command('wopikit')
    .description('A WOPI host: serve documents, and look after them')
    .version(version)
    .enablePositionalOptions()
  for (const command of commands) root.addCommand(command)
  return throwOnMistakes(root)
}

/** Commander would exit with 1, which is the code of a failed command. */
function throwOnMistakes(command: Command): Command {
  command.exitOverride()
  for (const child of command.commands) throwOnMistakes(child)
  return command
}

/** The reader of the output, such as `head`, has left; the work continues. */
function ignoreGoneReader(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

async function main(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreGoneReader)
  try {
    const root = await program()
    await root.parseAsync()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage
  }
}

void main()
