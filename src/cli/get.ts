import type { FileHandle } from 'node:fs/promises'
import { basename, join, sep } from 'node:path'
import { Command } from 'commander'
import { type DownloadResult, downloadDocument } from '../client/download.ts'
import type { DownloadSink } from '../client/download-target.ts'
import type { RetryEvent } from '../client/retry.ts'
import type { ConnectionOptions } from '../client/transport.ts'
import { createWopiClient } from '../client/wopi-client.ts'
import { legalName } from '../protocol/file-name.ts'
import { isFolder } from '../server/make-folder.ts'
import { openFileSource } from './file-source.ts'
import { type Output, openOutput } from './output.ts'
import { createProgressLine, type ProgressLine } from './progress.ts'
import { fetchOf } from './proof-key-file.ts'
import {
  defaultIo,
  describeRetry,
  describeShare,
  PROOF_KEY_OPTION,
  readAddress,
  runTransfer,
  TOKEN_OPTION,
  type TransferIo,
  UsageError,
  userPath,
} from './transfer.ts'

interface GetOptions {
  output: string
  token?: string
  proofKey?: string
  base?: string
  json?: boolean
}

const LABELS = { reading: 'Reading', receiving: 'Receiving', copying: 'Copying' } as const
/** The name of a document when the host sends no usable one. */
const NAMELESS = 'document'
const AGAIN = 'Nothing was written. Run the same command again.'

/** The command `get`: downloads a document; only the parts that the user lacks travel. */
export function getCommand(io: TransferIo = defaultIo()): Command {
  return new Command('get')
    .description('download a document; with --base, only what differs from OLD')
    .argument('<wopisrc>', "the document's WOPISrc")
    .requiredOption(
      '-o, --output <file>',
      'where to write it: a folder, or a file, which is replaced once the download is complete',
    )
    .option(...TOKEN_OPTION)
    .option(...PROOF_KEY_OPTION)
    .option('--base <old>', 'a file with an older state of the document; may be the output file')
    .option('--json', 'print the result as JSON')
    .action((wopiSrc: string, options: GetOptions) => get(wopiSrc, options, io))
}

async function get(wopiSrc: string, options: GetOptions, io: TransferIo) {
  const line = createProgressLine(io.stderr)
  await runTransfer(io, { line, again: () => AGAIN, json: options.json }, (signal) =>
    download(wopiSrc, options, { io, line, signal }),
  )
}

/** Resolves to the report, which is empty when the document itself went to the standard output. */
async function download(
  wopiSrc: string,
  { output: target, token, json, proofKey, base: basePath }: GetOptions,
  { io, line, signal }: { io: TransferIo; line: ProgressLine; signal: AbortSignal },
): Promise<string> {
  const connection = {
    ...readAddress(wopiSrc, token, io.env),
    fetch: await fetchOf(proofKey, io.env),
    onRetry: (event: RetryEvent) => {
      if (!json) line.print(describeRetry(event))
    },
  }
  await using base = basePath ? await openFileSource(userPath(basePath, io.env)) : undefined
  await using output = await openTarget(target, io, () => nameOf(connection, signal))
  const result = await downloadDocument(fileSink(output.file), {
    ...connection,
    signal,
    base,
    onProgress: ({ phase, done, total }) => line.show(LABELS[phase], done, total),
  })
  await output.commit(signal)
  const told = json ? asJson(output, result) : asText(shownPath(target, output, io), result)
  if (!output.isStdout) return told
  line.print(told.trimEnd())
  return ''
}

/**
 * Opens what `-o` names. In a folder it makes a new file and replaces none, because the host
 * chooses the name.
 */
async function openTarget(
  target: string,
  { env }: TransferIo,
  name: () => Promise<string>,
): Promise<Output> {
  const path = userPath(target, env)
  if (await isFolder(path))
    return await openOutput(join(path, await name()), { ifTaken: 'Name it with -o to replace it.' })
  if (target.endsWith('/') || target.endsWith(sep))
    throw new UsageError(`There is no folder ${path}. Create it, or name a file with -o.`)
  return await openOutput(path)
}

/** The document's own name, changed so that it cannot lead out of a folder or hide in it. */
async function nameOf(connection: ConnectionOptions, signal: AbortSignal): Promise<string> {
  const { BaseFileName: name } = await createWopiClient(connection).checkFileInfo({ signal })
  return legalName(typeof name === 'string' ? name : '', NAMELESS)
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

/** The path as the user typed it, with the document's name if it was a folder. */
function shownPath(target: string, { path }: Output, { env }: TransferIo): string {
  return path === userPath(target, env) ? target : join(target, basename(path))
}

function asJson({ path }: Output, result: DownloadResult): string {
  const { bytesReceived, bytesTotal, chunksReceived, chunksTotal, sequenceNumber } = result
  return `${JSON.stringify({
    path,
    bytesReceived,
    bytesTotal,
    chunksReceived,
    chunksTotal,
    sequenceNumber,
  })}\n`
}

function asText(path: string, result: DownloadResult): string {
  const { bytesReceived, bytesTotal, chunksReceived, chunksTotal, sequenceNumber } = result
  const chunks = `${chunksReceived} of ${chunksTotal} chunks`
  const share = describeShare(bytesReceived, bytesTotal, chunks)
  return `Wrote ${path}, sequence number ${sequenceNumber}: received ${share}.\n`
}
