import type { Command } from 'commander'
import { openAdmin } from '../server/open-admin.ts'
import { parseDuration } from '../server/setting-types.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { count } from './count.ts'
import { type TransferIo, UsageError } from './transfer.ts'

interface SweepOptions extends FolderOptions {
  budget: string
}

/** The command `sweep`: does the housekeeping now that a server does from time to time. */
export function sweepCommand(io: TransferIo): Command {
  return folderCommand('sweep', ['historyStates', 'historyAge', 'garbageDelay'])
    .description('remove expired sessions, old states and unused content now')
    .option('--budget <duration>', 'stop after this time', '1m')
    .action((options: SweepOptions) => runCommand(io, options, () => sweep(options, io)))
}

async function sweep(options: SweepOptions, io: TransferIo): Promise<void> {
  const budgetMs = parseDuration(options.budget)
  if (budgetMs === undefined) throw new UsageError('--budget must be a duration such as 30s or 5m.')
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  const report = await admin.sweep({ budgetMs })
  const text =
    `Removed ${count(report.sessionsRemoved, 'session')}, ${count(report.statesPruned, 'former state')} ` +
    `and ${count(report.packsDeleted, 'pack')}; ${count(report.packsCondemned, 'pack')} more will go ` +
    'when garbageDelay has passed.\n' +
    (report.more ? 'There is more to remove: run the command again.\n' : '')
  io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : text)
}
