import type { Command } from 'commander'
import { ServerError } from '../server/errors.ts'
import { type OpenedAdmin, openAdmin } from '../server/open-admin.ts'
import { DEFAULT_OWNER } from '../server/sample.ts'
import { readId } from './arguments.ts'
import { type FolderOptions, folderCommand, loadConfigBeside, runCommand } from './command-line.ts'
import { formatBytes } from './progress.ts'
import type { TransferIo } from './transfer.ts'

/** A container and its entries. */
interface Listing {
  containerId: string
  name: string
  containers: { containerId: string; name: string }[]
  files: { fileId: string; name: string; size: number }[]
}

/** The command `ls`: lists what is in a container. */
export function lsCommand(io: TransferIo): Command {
  return folderCommand('ls')
    .description('list the contents of a container, with the ids that other commands need')
    .argument('[container-id]', 'the container (default: the root container)')
    .action((containerId: string | undefined, options: FolderOptions) =>
      runCommand(io, options, () => list(containerId, options, io)),
    )
}

async function list(
  text: string | undefined,
  options: FolderOptions,
  io: TransferIo,
): Promise<void> {
  const wanted = text === undefined ? undefined : readId(text, 'containerId')
  await using admin = await openAdmin(await loadConfigBeside(options, io), { create: false })
  const listing = await read(admin, wanted)
  io.stdout.write(options.json ? `${JSON.stringify(listing)}\n` : asText(listing))
}

async function read({ tree }: OpenedAdmin, wanted: string | undefined): Promise<Listing> {
  const container =
    wanted === undefined ? await tree.root({ userId: DEFAULT_OWNER }) : await tree.container(wanted)
  if (!container) throw new ServerError('CONTAINER_UNKNOWN', wanted ?? '')
  const { containerId, name } = container
  const { containers, files } = await tree.children(containerId, Number.POSITIVE_INFINITY)
  return {
    containerId,
    name,
    containers: containers.map((child) => ({ containerId: child.containerId, name: child.name })),
    files: files.map((file) => ({ fileId: file.fileId, name: file.name, size: file.size })),
  }
}

function asText({ containerId, name, containers, files }: Listing): string {
  const lines = [
    `${name}  (container ${containerId})`,
    ...containers.map((child) => `  ${child.name}/  (container ${child.containerId})`),
    ...files.map((file) => `  ${file.name}  ${formatBytes(file.size)}  ${file.fileId}`),
  ]
  return `${lines.join('\n')}\n`
}
