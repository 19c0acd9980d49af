import type { Command } from 'commander'
import { openAdmin } from '../server/open-admin.ts'
import { parseDuration } from '../server/setting-types.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { count } from './count.ts'
import { type TransferIo, UsageError } from './transfer.ts'

interface SweepOptions extends FolderOptions {
  budget: string
}

/** The command `sweep`: does at once the housekeeping that a server does now and then. */
export function sweepCommand(io: TransferIo): Command {
  return folderCommand('sweep', ['historyStates', 'historyAge', 'garbageDelay'])
    .description('remove what nobody needs any more: expired sessions, old states, unused content')
    .option('--budget <duration>', 'stop after this time', '1m')
    .action((options: SweepOptions) => runCommand(io, options, () => sweep(options, io)))
}

async function sweep(options: SweepOptions, io: TransferIo): Promise<void> {
  const budgetMs = parseDuration(options.budget)
  if (budgetMs === undefined) throw new UsageError('--budget is a duration such as 30s or 5m.')
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  const report = await admin.sweep({ budgetMs })
  const text =
    `Removed ${count(report.sessionsRemoved, 'session')}, ${count(report.statesPruned, 'former state')} ` +
    `and ${count(report.packsDeleted, 'pack')}; ${count(report.packsCondemned, 'pack')} more will go ` +
    'when garbageDelay has passed.\n' +
    (report.more ? 'There is more to do: run it again.\n' : '')
  io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : text)
}
