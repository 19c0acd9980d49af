import { basename } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { FRAGMENT_BYTES, type UploadResult, uploadDocument } from '../client/upload.ts'
import { openFileSource } from './file-source.ts'
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
  userPath,
} from './transfer.ts'
import { openUploadState } from './upload-state.ts'

interface PutOptions {
  token?: string
  proofKey?: string
  json?: boolean
  fragmentSize: number
}

const LABELS = { reading: 'Reading', sending: 'Sending', committing: 'Saving' } as const
const AGAIN = 'Run the same command again: it goes on where this one stopped.'
const UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const
const FRAGMENT_MAX_BYTES = 1024 ** 3

/** The command `put`: brings a file to a host, of which only the chunks that it lacks travel. */
export function putCommand(io: TransferIo = defaultIo()): Command {
  return new Command('put')
    .description('upload FILE as the new content of a document; only what differs is sent')
    .argument('<file>', 'the file to upload')
    .argument('<wopisrc>', "the document's WOPISrc")
    .option(...TOKEN_OPTION)
    .option(...PROOF_KEY_OPTION)
    .option(
      '--fragment-size <size>',
      'most bytes in one request: 512K, 8M',
      readSize,
      FRAGMENT_BYTES,
    )
    .option('--json', 'print the result as JSON')
    .addHelpText('after', '\nKilled halfway, the same command goes on where it stopped.')
    .action((file: string, wopiSrc: string, options: PutOptions) => put(file, wopiSrc, options, io))
}

async function put(file: string, wopiSrc: string, options: PutOptions, io: TransferIo) {
  const line = createProgressLine(io.stderr)
  await runTransfer(io, { line, again: AGAIN, json: options.json }, async (signal) => {
    const result = await upload(userPath(file, io.env), wopiSrc, options, { io, line, signal })
    if (!result.lockReleased && !options.json) {
      line.print('The lock on the document could not be released; it runs out within 30 minutes.')
    }
    return options.json ? asJson(result) : asText(basename(file), result)
  })
}

async function upload(
  path: string,
  wopiSrc: string,
  { token, json, proofKey, fragmentSize }: PutOptions,
  { io, line, signal }: { io: TransferIo; line: ProgressLine; signal: AbortSignal },
): Promise<UploadResult> {
  const address = readAddress(wopiSrc, token, io.env)
  const fetch = await fetchOf(proofKey, io.env)
  await using source = await openFileSource(path)
  const kept = await openUploadState(path, address.wopiSrc, io.env)
  return await uploadDocument(source, {
    ...address,
    fetch,
    signal,
    fragmentBytes: fragmentSize,
    state: await kept.read(),
    onState: (state) => kept.write(state),
    onProgress: ({ phase, done, total }) => line.show(LABELS[phase], done, total),
    onRetry: (event) => {
      if (!json) line.print(describeRetry(event))
    },
  })
}

function asJson(result: UploadResult): string {
  const { bytesSent, bytesTotal, chunksSent, chunksTotal, sequenceNumber, saved, resumed } = result
  return `${JSON.stringify({
    bytesSent,
    bytesTotal,
    chunksSent,
    chunksTotal,
    sequenceNumber,
    saved,
    resumed,
  })}\n`
}

function asText(name: string, result: UploadResult): string {
  const { bytesSent, bytesTotal, chunksSent, chunksTotal, sequenceNumber } = result
  if (!result.saved) {
    return `The host has this content already, at sequence number ${sequenceNumber}.\n`
  }
  const share = describeShare(bytesSent, bytesTotal, `${chunksSent} of ${chunksTotal} chunks`)
  return `Saved ${name} as sequence number ${sequenceNumber}: sent ${share}.\n`
}

function readSize(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,12})([kmg]?)(?:i?b)?$/i.exec(text) ?? []
  const bytes = Number(digits) * UNITS[unit.toLowerCase() as keyof typeof UNITS]
  if (bytes >= 1 && bytes <= FRAGMENT_MAX_BYTES) return bytes
  throw new InvalidArgumentError('A size from 1 to 1G, such as 512K or 8M, is expected.')
}
