import { basename } from 'node:path'
import { Command, InvalidArgumentError } from 'commander'
import { FRAGMENT_BYTES, uploadDocument } from '../client/upload.ts'
import type { UploadOptions, UploadResult } from '../client/upload-options.ts'
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
import { createUploadMemory, type UploadMemory } from './upload-state.ts'

interface PutOptions {
  token?: string
  proofKey?: string
  json?: boolean
  fragmentSize: number
}

const LABELS = { reading: 'Reading', sending: 'Sending', committing: 'Saving' } as const
const AGAIN = 'Run the same command again: it continues where this one stopped.'
const AGAIN_FROM_THE_START = 'Run the same command again: it starts from the beginning.'
const LOCK_STAYS = 'The lock on the document could not be released; it expires within 30 minutes.'
const UNITS = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 } as const
const FRAGMENT_MAX_BYTES = 1024 ** 3

/** The command `put`: uploads a file; only the chunks that the host lacks travel. */
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
    .addHelpText('after', '\nKilled halfway, the same command continues where it stopped.')
    .action((file: string, wopiSrc: string, options: PutOptions) => put(file, wopiSrc, options, io))
}

async function put(file: string, wopiSrc: string, options: PutOptions, io: TransferIo) {
  const line = createProgressLine(io.stderr)
  let memory: UploadMemory | undefined
  const again = () => (memory?.works === false ? AGAIN_FROM_THE_START : AGAIN)
  await runTransfer(io, { line, again, json: options.json }, async (signal) => {
    const address = readAddress(wopiSrc, options.token, io.env)
    const fetch = await fetchOf(options.proofKey, io.env)
    const path = userPath(file, io.env)
    await using source = await openFileSource(path)
    const say = (text: string) => options.json || line.print(text)
    const onFailure = (reason: string) => say(withoutMemory(reason))
    memory = createUploadMemory(path, address.wopiSrc, { env: io.env, onFailure })
    const result = await uploadDocument(source, {
      ...address,
      fetch,
      ...(await uploadOptions(memory, options, { line, say })),
      signal,
    })
    if (!result.lockReleased) say(LOCK_STAYS)
    return options.json ? asJson(result, memory) : asText(basename(file), result)
  })
}

async function uploadOptions(
  memory: UploadMemory,
  { fragmentSize: fragmentBytes }: PutOptions,
  { line, say }: { line: ProgressLine; say: (text: string) => void },
): Promise<Omit<UploadOptions, 'wopiSrc'>> {
  return {
    fragmentBytes,
    state: await memory.read(),
    onState: (state) => memory.write(state),
    onProgress: ({ phase, done, total }) => line.show(LABELS[phase], done, total),
    onRetry: (event) => say(describeRetry(event)),
  }
}

function withoutMemory(reason: string): string {
  return (
    `This upload cannot be resumed if it breaks off: ${reason}\n` +
    'To change that, set XDG_STATE_HOME to a folder that you may write to.'
  )
}

function asJson(result: UploadResult, { works: resumable }: UploadMemory): string {
  const { bytesSent, bytesTotal, chunksSent, chunksTotal, chunking } = result
  const { sequenceNumber, saved, resumed } = result
  return `${JSON.stringify({
    bytesSent,
    bytesTotal,
    chunksSent,
    chunksTotal,
    chunking,
    sequenceNumber,
    saved,
    resumed,
    resumable,
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
