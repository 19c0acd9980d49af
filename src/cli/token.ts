import type { Command } from 'commander'
import { ServerError } from '../server/errors.ts'
import { type OpenedAdmin, openAdmin } from '../server/open-admin.ts'
import { readDisplayName, readId, readPermissions, readTtl, readUserId } from './arguments.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { type TransferIo, UsageError } from './transfer.ts'

interface TokenOptions extends FolderOptions {
  container?: string
  user?: string
  name?: string
  permission: string
  ttl: string
  revoke?: boolean
  all?: boolean
}

/** The resource of a token. */
type Wanted = { fileId: string } | { containerId: string }

/** The command `token`: makes an access token for one user and one document or container, or takes some back. */
export function tokenCommand(io: TransferIo): Command {
  return folderCommand('token', ['publicUrl', 'basePath'])
    .description('make an access token for a document or a container, or take tokens back')
    .argument('[file-id]', "the document's fileId")
    .option('--container <id>', 'make it for this container, not for a document')
    .option('--user <id>', 'user id, such as a name, an e-mail address or a UUID')
    .option('--name <name>', "the user's name as others see it (default: the user id)")
    .option(
      '--permission <permissions>',
      'read, write, all, or a list of read, write, create, rename, delete and browse',
      'read',
    )
    .option('--ttl <duration>', 'how long it is valid: 30m, 10h, 7d', '10h')
    .option(
      '--revoke',
      'take back the tokens made until now: of the user, for the document or container, or both',
    )
    .option('--all', 'with --revoke: of everybody, for everything')
    .action((fileId: string | undefined, options: TokenOptions) =>
      runCommand(io, options, () =>
        options.revoke ? revokeTokens(fileId, options, io) : makeToken(fileId, options, io),
      ),
    )
}

async function makeToken(
  fileId: string | undefined,
  options: TokenOptions,
  io: TransferIo,
): Promise<void> {
  const wanted = readWanted(fileId, options)
  if (options.all) throw new UsageError('--all goes with --revoke.')
  if (options.user === undefined) throw new UsageError('Say for whom, with --user ID.')
  const userId = readUserId(options.user, '--user')
  const displayName = readDisplayName(options.name ?? userId)
  const permissions = readPermissions(options.permission)
  const ttlMs = readTtl(options.ttl)
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  const wopiSrc = await addressOf(admin, wanted)
  const token = await admin.access.mint({ ...wanted, userId, displayName, permissions, ttlMs })

  const result = JSON.stringify({ ...token, wopiSrc })
  io.stdout.write(options.json ? `${result}\n` : `${token.accessToken}\n`)
}

async function revokeTokens(
  fileId: string | undefined,
  options: TokenOptions,
  io: TransferIo,
): Promise<void> {
  const tokens = readRevoked(fileId, options)
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  if (tokens !== 'all' && tokens.of) await addressOf(admin, tokens.of)
  const revokedUntil = await admin.access.revoke(
    tokens === 'all' ? 'all' : { ...tokens.of, ...tokens.user },
  )

  const until = new Date(revokedUntil).toISOString()
  const text = `Tokens that were made until ${until} are not valid any more: ${describe(tokens)}.`
  io.stdout.write(options.json ? `${JSON.stringify({ revokedUntil })}\n` : `${text}\n`)
}

/** Whose tokens are taken back, and for what. */
type Revoked = 'all' | { of: Wanted | undefined; user: { userId: string } | undefined }

function readRevoked(fileId: string | undefined, options: TokenOptions): Revoked {
  const { container, user, all } = options
  const isSubject = fileId !== undefined || container !== undefined || user !== undefined
  if (all && isSubject) throw new UsageError('Give either --all, or whose tokens to take back.')
  if (all) return 'all'
  if (!isSubject)
    throw new UsageError('Say whose tokens to take back: FILE_ID, --container, --user, or --all.')
  const isAbout = fileId !== undefined || container !== undefined
  return {
    of: isAbout ? readWanted(fileId, options) : undefined,
    user: user === undefined ? undefined : { userId: readUserId(user, '--user') },
  }
}

function describe(tokens: Revoked): string {
  if (tokens === 'all') return 'all of them'
  const { of, user } = tokens
  const id = of && Object.values(of)[0]
  return `those of ${user?.userId ?? 'everybody'}${id === undefined ? '' : ` for ${id}`}`
}

function readWanted(fileId: string | undefined, { container }: TokenOptions): Wanted {
  if (fileId !== undefined && container === undefined) return { fileId: readId(fileId, 'fileId') }
  if (fileId === undefined && container !== undefined)
    return { containerId: readId(container, 'containerId') }
  throw new UsageError('Give either the fileId of a document, or --container ID.')
}

/** The address of the token's resource, which exists. */
async function addressOf(admin: OpenedAdmin, wanted: Wanted): Promise<string> {
  if ('fileId' in wanted) {
    if (await admin.find(wanted.fileId)) return admin.wopiSrc(wanted.fileId)
    throw new ServerError('DOCUMENT_UNKNOWN', wanted.fileId)
  }
  if (await admin.tree.container(wanted.containerId)) return admin.containerSrc(wanted.containerId)
  throw new ServerError('CONTAINER_UNKNOWN', wanted.containerId)
}
