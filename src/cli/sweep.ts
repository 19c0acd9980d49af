import type { Command } from 'commander'
import { openAdmin } from '../server/open-admin.ts'
import { parseDuration } from '../server/setting-types.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { type TransferIo, UsageError } from './transfer.ts'

interface SweepOptions extends FolderOptions {
  budget: string
}

/** The command `sweep`: does at once the housekeeping that a server does now and then. */
export function sweepCommand(io: TransferIo): Command {
  return folderCommand('sweep', ['historyStates', 'historyAge', 'garbageDelay'])
    .description('remove what nobody needs any more: dead sessions, old states, unused content')
    .option('--budget <duration>', 'stop after this time', '1m')
    .action((options: SweepOptions) => runCommand(io, options, () => sweep(options, io)))
}

async function sweep(options: SweepOptions, io: TransferIo): Promise<void> {
  const budgetMs = parseDuration(options.budget)
  if (budgetMs === undefined) throw new UsageError('--budget is a duration such as 30s or 5m.')
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  const report = await admin.sweep({ budgetMs })
  const text =
    `Removed ${report.sessionsRemoved} sessions, ${report.statesPruned} former states and ` +
    `${report.packsDeleted} packs; ${report.packsCondemned} packs wait for their delay.\n` +
    (report.more ? 'There is more to do: run it again.\n' : '')
  io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : text)
}
