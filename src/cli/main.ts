#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { addCommand } from './add.ts'
import { getCommand } from './get.ts'
import { lsCommand } from './ls.ts'
import { putCommand } from './put.ts'
import { serveCommand } from './serve.ts'
import { sessionsCommand } from './sessions.ts'
import { sweepCommand } from './sweep.ts'
import { tokenCommand } from './token.ts'
import { defaultIo, EXIT } from './transfer.ts'
import { validateCommand } from './validate.ts'
import { verifyCommand } from './verify.ts'

const PACKAGE = new URL('../../package.json', import.meta.url)

function program(): Command {
  const io = defaultIo()
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8'))
  const commands = [
    serveCommand(io),
    addCommand(io),
    lsCommand(io),
    tokenCommand(io),
    putCommand(io),
    getCommand(io),
    sessionsCommand(io),
    validateCommand(io),
    verifyCommand(io),
    sweepCommand(io),
  ]
  const root = new Command('wopikit')
    .description('A WOPI host: serve documents, and look after them')
    .version(version)
    .enablePositionalOptions()
  for (const command of commands) root.addCommand(command)
  return throwOnMistakes(root)
}

/** Commander would exit with 1, the code of a command that has failed. */
function throwOnMistakes(command: Command): Command {
  command.exitOverride()
  for (const child of command.commands) throwOnMistakes(child)
  return command
}

async function main(): Promise<void> {
  try {
    await program().parseAsync()
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage
  }
}

main()
