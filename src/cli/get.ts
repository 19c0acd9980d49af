import { randomUUID } from 'node:crypto'
import { type FileHandle, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Command } from 'commander'
import { type DownloadResult, downloadDocument } from '../client/download.ts'
import type { DownloadSink } from '../client/download-target.ts'
import { openFileSource } from './file-source.ts'
import { createProgressLine, type ProgressLine } from './progress.ts'
import {
  defaultIo,
  describeRetry,
  describeShare,
  readAddress,
  runTransfer,
  TOKEN_OPTION,
  type TransferIo,
  userPath,
} from './transfer.ts'

interface GetOptions {
  output: string
  token?: string
  base?: string
  json?: boolean
}

const LABELS = { reading: 'Reading', receiving: 'Receiving', copying: 'Copying' } as const
const AGAIN = 'Nothing was written. Run the same command again.'

/** The command `get`: brings a document from a host, of which only what is not at hand travels. */
export function getCommand(io: TransferIo = defaultIo()): Command {
  return new Command('get')
    .description('download a document; with --base only what differs from OLD')
    .argument('<wopisrc>', "the document's WOPISrc")
    .requiredOption('-o, --output <file>', 'where to write it; replaced only when all is there')
    .option(...TOKEN_OPTION)
    .option('--base <old>', 'an older state of the document at hand; may be the output file')
    .option('--json', 'print the result as JSON')
    .action((wopiSrc: string, options: GetOptions) => get(wopiSrc, options, io))
}

async function get(wopiSrc: string, options: GetOptions, io: TransferIo) {
  const line = createProgressLine(io.stderr)
  await runTransfer(io, { line, again: AGAIN, json: options.json }, async (signal) => {
    const result = await download(wopiSrc, options, { io, line, signal })
    io.stdout.write(options.json ? asJson(result) : asText(options.output, result))
  })
}

async function download(
  wopiSrc: string,
  { output, token, json, base: basePath }: GetOptions,
  { io, line, signal }: { io: TransferIo; line: ProgressLine; signal: AbortSignal },
): Promise<DownloadResult> {
  const address = readAddress(wopiSrc, token, io.env)
  await using base = basePath ? await openFileSource(userPath(basePath, io.env)) : undefined
  return await replaceFile(userPath(output, io.env), (file) =>
    downloadDocument(fileSink(file), {
      ...address,
      signal,
      base,
      onProgress: ({ phase, done, total }) => line.show(LABELS[phase], done, total),
      onRetry: (event) => {
        if (!json) line.print(describeRetry(event))
      },
    }),
  )
}

/** Writes a file beside and puts it in the place of `path` when it is whole and on the disk. */
async function replaceFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  const beside = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`)
  const mode = await stat(path).then(
    (stats) => stats.mode,
    () => undefined,
  )
  try {
    const file = await open(beside, 'wx')
    let result: T
    try {
      result = await write(file)
      if (mode !== undefined) await file.chmod(mode)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
    await syncFolder(dirname(path))
    return result
  } catch (error) {
    await rm(beside, { force: true })
    throw error
  }
}

/** Makes the rename last; systems that cannot open a folder do it by themselves. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path).catch(() => undefined)
  await folder?.sync().catch(() => undefined)
  await folder?.close()
}

function fileSink(file: FileHandle): DownloadSink {
  return {
    start: (size) => file.truncate(size),
    async write(position, bytes) {
      for (let done = 0; done < bytes.length; ) {
        const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
        done += bytesWritten
      }
    },
  }
}

function asJson(result: DownloadResult): string {
  const { bytesReceived, bytesTotal, chunksReceived, chunksTotal, sequenceNumber } = result
  return `${JSON.stringify({
    bytesReceived,
    bytesTotal,
    chunksReceived,
    chunksTotal,
    sequenceNumber,
  })}\n`
}

function asText(output: string, result: DownloadResult): string {
  const { bytesReceived, bytesTotal, chunksReceived, chunksTotal, sequenceNumber } = result
  const chunks = `${chunksReceived} of ${chunksTotal} chunks`
  const share = describeShare(bytesReceived, bytesTotal, chunks)
  return `Wrote ${output}, sequence number ${sequenceNumber}: received ${share}.\n`
}
