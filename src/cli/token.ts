import type { Command } from 'commander'
import { ServerError } from '../server/errors.ts'
import { openAdmin } from '../server/open-admin.ts'
import { readDisplayName, readFileId, readPermission, readTtl, readUserId } from './arguments.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import type { TransferIo } from './transfer.ts'

interface TokenOptions extends FolderOptions {
  user: string
  name?: string
  permission: string
  ttl: string
}

/** The command `token`: makes an access token for one user and one document. */
export function tokenCommand(io: TransferIo): Command {
  return folderCommand('token', ['publicUrl', 'basePath'])
    .description('make an access token for a document')
    .argument('<file-id>', "the document's fileId")
    .requiredOption('--user <id>', 'user id: letters and digits')
    .option('--name <name>', "the user's name as others see it (default: the user id)")
    .option('--permission <permission>', 'read, or write (which includes reading)', 'read')
    .option('--ttl <duration>', 'how long it is valid: 30m, 10h, 7d', '10h')
    .action((fileId: string, options: TokenOptions) =>
      runCommand(io, options, () => issue(fileId, options, io)),
    )
}

async function issue(text: string, options: TokenOptions, io: TransferIo): Promise<void> {
  const fileId = readFileId(text)
  const userId = readUserId(options.user, '--user')
  const displayName = readDisplayName(options.name ?? userId)
  const permission = readPermission(options.permission)
  const ttlMs = readTtl(options.ttl)
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  if (!(await admin.find(fileId))) throw new ServerError('DOCUMENT_UNKNOWN', fileId)
  const token = await admin.access.issue({ fileId, userId, displayName, permission, ttlMs })
  const result = { ...token, wopiSrc: admin.wopiSrc(fileId) }

  io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${result.accessToken}\n`)
}
