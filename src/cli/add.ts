import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Command } from 'commander'
import { WopiError } from '../protocol/errors.ts'
import { ServerError } from '../server/errors.ts'
import { DocumentExistsError, type OpenedAdmin, openAdmin } from '../server/open-admin.ts'
import { DEFAULT_OWNER } from '../server/sample.ts'
import { readDocumentName, readId, readUserId } from './arguments.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { READ_AT_ONCE } from './file-source.ts'
import { type TransferIo, userPath } from './transfer.ts'

interface AddOptions extends FolderOptions {
  name?: string
  id?: string
  owner: string
  container?: string
}

const READ_BYTES = 1024 * 1024

/** The command `add`: brings a file into the store as a new document. */
export function addCommand(io: TransferIo): Command {
  return folderCommand('add', ['publicUrl', 'basePath', 'maxFileBytes'])
    .description('add FILE as a new document; the server may be running')
    .argument('<file>', 'the file to add')
    .option('--name <name>', "the document's name (default: that of the file)")
    .option('--id <id>', 'its fileId (default: a random one)')
    .option('--owner <user>', 'user id of its owner', DEFAULT_OWNER)
    .option('--container <id>', 'container to add it to (default: the root container)')
    .action((file: string, options: AddOptions) =>
      runCommand(io, options, () => add(file, options, io)),
    )
}

async function add(file: string, options: AddOptions, io: TransferIo): Promise<void> {
  const name = readDocumentName(options.name ?? basename(file))
  const ownerId = readUserId(options.owner, '--owner')
  const fileId = options.id === undefined ? undefined : readId(options.id, 'fileId')
  const containerId =
    options.container === undefined ? undefined : readId(options.container, 'containerId')
  const path = userPath(file, io.env)
  await checkFile(path)
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: true })
  const added = await store(admin, {
    name,
    ownerId,
    content: () => readAll(path),
    ...(fileId !== undefined && { fileId }),
    ...(containerId !== undefined && { containerId }),
  })
  const result = { ...added, wopiSrc: admin.wopiSrc(added.fileId) }
  io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : asText(result, name))
}

function asText(added: { fileId: string; name: string; wopiSrc: string }, wanted: string): string {
  const note = added.name === wanted ? '' : ` (${wanted} is taken)`
  return `Added ${added.name} as ${added.fileId}${note}\n${added.wopiSrc}\n`
}

async function store(
  admin: OpenedAdmin,
  document: Parameters<OpenedAdmin['add']>[0],
): Promise<{ fileId: string; name: string }> {
  try {
    return await admin.add(document)
  } catch (cause) {
    if (cause instanceof DocumentExistsError)
      throw new ServerError('DOCUMENT_EXISTS', document.fileId ?? '', { cause })
    if (cause instanceof WopiError && cause.code === 'NOT_FOUND')
      throw new ServerError('CONTAINER_UNKNOWN', document.containerId ?? '', { cause })
    if (cause instanceof WopiError && cause.code === 'TOO_LARGE')
      throw new ServerError('FILE_TOO_LARGE', document.name, { cause })
    if (cause instanceof WopiError && cause.code === 'STORAGE_FULL')
      throw new ServerError('DISK_FULL', document.name, { cause })
    throw cause
  }
}

async function checkFile(path: string): Promise<void> {
  try {
    await using file = await open(path, READ_AT_ONCE)
    if ((await file.stat()).isFile()) return
  } catch (cause) {
    throw unreadable(path, cause)
  }
  throw new ServerError('FILE_UNREADABLE', `${path} is not a file`)
}

async function* readAll(path: string): AsyncGenerator<Uint8Array> {
  await using file = await open(path).catch((cause) => {
    throw unreadable(path, cause)
  })
  for (;;) {
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafeSlow(READ_BYTES))
    if (bytesRead === 0) return
    yield buffer.subarray(0, bytesRead)
  }
}

function unreadable(path: string, cause: unknown): ServerError {
  const { code } = cause as NodeJS.ErrnoException
  return new ServerError('FILE_UNREADABLE', `${path} (${code ?? cause})`, { cause })
}
