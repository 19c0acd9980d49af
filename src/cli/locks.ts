import type { Command } from 'commander'
import { ServerError } from '../server/errors.ts'
import { type HeldLock, type LockFilter, openAdmin } from '../server/open-admin.ts'
import { readId, readUserId } from './arguments.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { count } from './count.ts'
import { quote } from './quote.ts'
import { type TransferIo, UsageError } from './transfer.ts'

interface LockOptions extends FolderOptions {
  file?: string
  user?: string
  lock?: string
}

const MINUTE_MS = 60_000
const UNPRINTABLE = /\p{C}/gu

/** The command `locks`: lists locks, and releases those that no client will release. */
export function locksCommand(io: TransferIo): Command {
  const listing = withFilter(folderCommand('list'))
    .description('list the locks in force')
    .action((options: LockOptions, command: Command) => {
      const all = { ...command.parent?.opts(), ...options }
      return runCommand(io, all, () => list(all, io))
    })
  const releasing = withFilter(folderCommand('release'))
    .description('release locks, whoever holds them: one, or all of a document or a user')
    .option('--lock <id>', 'only the lock of this id, as listed')
    .action((options: LockOptions, command: Command) => {
      const all = { ...command.parent?.opts(), ...options }
      return runCommand(io, all, () => release(all, io))
    })
  return withFilter(folderCommand('locks'))
    .description('list and release the locks on documents')
    .action((options: LockOptions) => runCommand(io, options, () => list(options, io)))
    .addCommand(listing)
    .addCommand(releasing)
}

function withFilter(command: Command): Command {
  return command
    .option('--file <file-id>', 'only those on this document')
    .option('--user <id>', 'only those that this user has taken')
}

async function list(options: LockOptions, io: TransferIo): Promise<void> {
  const filter = readFilter(options)
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  await requireDocument(admin, filter)
  const locks = await admin.locks(filter)
  const text = locks.length === 0 ? 'There are no locks.\n' : locks.map(asText).join('')
  io.stdout.write(options.json ? `${JSON.stringify(locks)}\n` : text)
}

async function release(options: LockOptions, io: TransferIo): Promise<void> {
  const filter = readFilter(options)
  if (Object.keys(filter).length === 0)
    throw new UsageError(
      'Which locks? Give --file FILE_ID, --user ID, --lock ID, or several of them.',
    )
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  await requireDocument(admin, filter)
  const released = await admin.releaseLocks(filter)
  if (released.length === 0 && filter.lockId !== undefined)
    throw new ServerError('LOCK_UNKNOWN', filter.lockId)
  const text =
    released.length === 0 ? 'There are no such locks.\n' : released.map(asReleased).join('')
  io.stdout.write(options.json ? `${JSON.stringify({ released })}\n` : text)
}

/** A missing document has no locks, but the user has mistaken its id. */
async function requireDocument(
  admin: { find(fileId: string): Promise<unknown> },
  { fileId }: LockFilter,
): Promise<void> {
  if (fileId === undefined || (await admin.find(fileId))) return
  throw new ServerError('DOCUMENT_UNKNOWN', fileId)
}

function readFilter({ file, user, lock }: LockOptions): LockFilter {
  return {
    ...(file !== undefined && { fileId: readId(file, 'fileId') }),
    ...(user !== undefined && { userId: readUserId(user, '--user') }),
    ...(lock !== undefined && { lockId: lock }),
  }
}

function asText(lock: HeldLock): string {
  const age = lock.ageMs === undefined ? '' : `taken ${minutes(lock.ageMs)} ago, `
  return `${asLine(lock)}, ${age}${minutes(lock.remainingMs)} left\n`
}

function asReleased(lock: HeldLock): string {
  return `Released ${asLine(lock)}\n`
}

function asLine({ fileId, name, kind, lockId, userId, displayName }: HeldLock): string {
  const known = [displayName, userId].filter((part) => part !== undefined)
  const holder = known.length === 0 ? 'holder unknown' : `held by ${known.join(', user ')}`
  return printable(`${fileId}  ${name}, ${kind} lock ${quote(lockId)}, ${holder}`)
}

function minutes(ms: number): string {
  return count(Math.ceil(ms / MINUTE_MS), 'minute')
}

/** Names come from clients, and a terminal obeys control characters in them. */
function printable(text: string): string {
  return text.replace(UNPRINTABLE, '�')
}
