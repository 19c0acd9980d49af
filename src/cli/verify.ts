import type { Command } from 'commander'
import { WAY_OUT } from '../server/errors.ts'
import { type Damage, openAdmin, type VerifyReport } from '../server/open-admin.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { count } from './count.ts'
import { formatBytes } from './progress.ts'
import { EXIT, type TransferIo } from './transfer.ts'

interface VerifyOptions extends FolderOptions {
  adopt?: boolean
}

/** The command `verify`: hashes all content again, and lists what is damaged. */
export function verifyCommand(io: TransferIo): Command {
  return folderCommand('verify')
    .description(
      'read and hash all content again, and list what is damaged; exit code 1 if anything is',
    )
    .option(
      '--adopt',
      'accept database and content as a pair, after one of them was lost or restored',
    )
    .action((options: VerifyOptions) => runCommand(io, options, () => verify(options, io)))
}

async function verify(options: VerifyOptions, io: TransferIo): Promise<void> {
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  if (options.adopt) await admin.adopt()
  const report = await admin.verify()
  io.stdout.write(options.json ? `${JSON.stringify(report)}\n` : asText(report))
  if (report.damage.length > 0) io.exit(EXIT.failed)
}

function asText(report: VerifyReport): string {
  const { documents, states, sessions, bytes, bytesOfApplication, damage } = report
  const read = `${count(documents, 'document')} in ${count(states, 'state')}, ${count(sessions, 'upload session')}`
  const byApplication =
    bytesOfApplication > 0 ? `, ${formatBytes(bytesOfApplication)} kept by an application` : ''
  const summary = `${read}: ${formatBytes(bytes)} read${byApplication}`
  if (damage.length === 0) return `${summary}; nothing is damaged.\n`
  return `${damage.map(describe).join('')}${summary}; ${damage.length} damaged.\n`
}

function describe({
  fileId,
  sequenceNumber,
  current,
  streamId,
  sessionId,
  problem,
}: Damage): string {
  if (fileId === undefined) return `${problem}. The host serves and deletes nothing: ${WAY_OUT}\n`
  const place = sessionId
    ? `upload session ${sessionId}`
    : `${current ? 'current state' : 'former state'} ${sequenceNumber ?? ''} ${streamId ?? ''}`
  return `${fileId}, ${place.trim()}: ${problem}\n`
}
