import type { Command } from 'commander'
import { ServerError } from '../server/errors.ts'
import { type OpenedAdmin, openAdmin } from '../server/open-admin.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { count } from './count.ts'
import { formatBytes } from './progress.ts'
import type { TransferIo } from './transfer.ts'

/** An open upload session in the list. */
interface ListedSession {
  id: string
  fileId: string
  userId: string
  /** Bytes received so far. */
  received: number
  fragments: number
  /** In ms since 1970 UTC. */
  createdAt: number
  /** In ms since 1970 UTC. */
  expiresAt: number
}

const MINUTE_MS = 60_000

/** The command `sessions`: lists and cancels upload sessions. */
export function sessionsCommand(io: TransferIo): Command {
  const cancel = folderCommand('cancel')
    .description('end an upload session, and delete the bytes that it has received')
    .argument('<session-id>', 'id of the session, as listed')
    .action((id: string, options: FolderOptions, command: Command) => {
      const all = { ...command.parent?.opts(), ...options }
      return runCommand(io, all, () => cancelOne(id, all, io))
    })
  const listing = folderCommand('list')
    .description('list the open upload sessions')
    .action((options: FolderOptions, command: Command) => {
      const all = { ...command.parent?.opts(), ...options }
      return runCommand(io, all, () => listAll(all, io))
    })
  return folderCommand('sessions')
    .description('list and cancel upload sessions')
    .action((options: FolderOptions) => runCommand(io, options, () => listAll(options, io)))
    .addCommand(listing)
    .addCommand(cancel)
}

async function listAll(options: FolderOptions, io: TransferIo): Promise<void> {
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  const { sessions, now } = await openSessions(admin)
  io.stdout.write(options.json ? `${JSON.stringify(sessions)}\n` : asText(sessions, now))
}

async function cancelOne(id: string, options: FolderOptions, io: TransferIo): Promise<void> {
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  if (!(await admin.cancelSession(id))) throw new ServerError('SESSION_UNKNOWN', id)
  io.stdout.write(options.json ? `${JSON.stringify({ cancelled: id })}\n` : `Cancelled ${id}\n`)
}

async function openSessions(
  admin: OpenedAdmin,
): Promise<{ sessions: ListedSession[]; now: number }> {
  const { sessions, now } = await admin.sessions()
  const listed = sessions.map(({ id, fileId, userId, received, fragmentCount, ...times }) => {
    const { createdAt, expiresAt } = times
    return { id, fileId, userId, received, fragments: fragmentCount, createdAt, expiresAt }
  })
  return { sessions: listed, now }
}

function asText(sessions: readonly ListedSession[], now: number): string {
  if (sessions.length === 0) return 'There are no open upload sessions.\n'
  return sessions
    .map(({ id, fileId, userId, received, expiresAt }) => {
      const minutes = count(Math.ceil((expiresAt - now) / MINUTE_MS), 'minute')
      const size = formatBytes(received)
      return `${id}  document ${fileId}, user ${userId}, ${size}, ${minutes} left\n`
    })
    .join('')
}
