import {
  type ChunkedPut,
  digestMessage,
  findRepeatedCommit,
  putChunks,
} from '../../content/saving/chunked-put.ts'
import type { SavedState } from '../../content/saving/commit.ts'
import { type OpenedMessage, openMessage, readMessage } from '../../content/saving/message-body.ts'
import { versionOf } from '../../content/state/version.ts'
import { sequenceMismatch, tooLarge, WopiError } from '../../protocol/errors.ts'
import {
  type PresentedLock,
  readPresentedLock,
  readSequenceNumber,
} from '../../protocol/headers.ts'
import { decodeLocks } from '../../protocol/locks/state.ts'
import { checkPutChunkedFile } from '../../protocol/locks/writing.ts'
import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { readPut } from '../../protocol/packed-messages.ts'
import { readSaveCause, type SaveCause } from '../../protocol/save-cause.ts'
import { requireLock } from '../shared/locking.ts'
import { defineOperation, type OperationContext } from '../shared/operation.ts'
import { guardedSize } from '../shared/unlocked-saves.ts'

/** What the headers of a PutChunkedFile say, and its body. */
interface Input {
  lock: PresentedLock | undefined
  baseSequenceNumber: number
  namesEditors: boolean
  /** What the client says of the save, and whether that is proven. */
  causeIf(proven: boolean): SaveCause | undefined
  contentLength: number | undefined
  body: AsyncIterable<Uint8Array>
}

/** PutChunkedFile: saves streams from chunks of the request, an upload session and the file. */
export const putChunkedFile = defineOperation({
  name: 'PutChunkedFile',
  route: {
    method: 'POST',
    path: '/wopi/files/:fileId/contents',
    override: OVERRIDES.putChunkedFile,
  },
  permission: 'write',
  adds: true,

  // A claim about who has edited is answered 400 where it cannot be believed (page "PutChunkedFile").
  unproven: ({ header }) => header(HEADERS.editors) !== undefined,

  read: ({ header, contentLength, body }): Input => {
    const lock = readPresentedLock(header)
    const baseSequenceNumber = readSequenceNumber(header)
    const namesEditors = header(HEADERS.editors) !== undefined
    const causeIf = (proven: boolean) => readSaveCause(header, proven)
    return { lock, baseSequenceNumber, namesEditors, causeIf, contentLength, body }
  },

  async run(input, context): Promise<SavedState> {
    if (input.namesEditors && !context.proven) throw new WopiError('EDITORS_WITHOUT_PROOF')
    const refusal = await refusalOf(check(input, context, context))
    const { services, signal, share } = context
    try {
      using message = await openMessage(input.body, share)
      const put = await declaredPut(message, input, context)
      return await saveOrRepeat(services, put, refusal, signal)
    } catch (error) {
      // A malformed body must not hide that the save was refused before.
      throw refusal && !isRefusal(error) ? refusal : error
    }
  },

  reply: (saved) => ({
    status: 200,
    headers: {
      [HEADERS.sequenceNumber]: String(saved.sequenceNumber),
      [HEADERS.itemVersion]: versionOf(saved),
    },
  }),
})

/** Looks at locks and number of a state that this save would follow. */
async function check(
  { lock, baseSequenceNumber }: Input,
  context: OperationContext,
  { file, now }: Pick<OperationContext, 'file' | 'now'>,
): Promise<{ validBefore?: number }> {
  const { sequenceNumber } = file
  const locks = decodeLocks(file.locks)
  const size = await guardedSize(context, { locks, size: file.size }, now)
  const allowed = requireLock(checkPutChunkedFile(locks, { lock, size }, now))
  if (sequenceNumber !== baseSequenceNumber)
    throw sequenceMismatch(sequenceNumber, baseSequenceNumber)
  return allowed
}

async function declaredPut(
  message: OpenedMessage,
  input: Input,
  context: OperationContext,
): Promise<ChunkedPut> {
  const { file, now, grant, services, share } = context
  if ((input.contentLength ?? 0) > services.limits.maxFileBytes)
    throw tooLarge(services.limits.maxFileBytes)
  const cause = input.causeIf(context.proven)
  return {
    fileId: file.fileId,
    ...(cause && { cause }),
    documentKey: file.key,
    document: file,
    now,
    share,
    userId: grant.userId,
    message: await readMessage(message, readPut, share),
    digest: await share.work(digestMessage(message.json)),
    baseSequenceNumber: input.baseSequenceNumber,
    frames: message.rest,
    check: ({ document, now }) => check(input, context, { file: document, now }),
  }
}

/**
 * Saves, unless the save was refused already. A refusal because the file has moved on is held back
 * until it is clear that this is not the repeat of a commit whose reply was lost.
 */
async function saveOrRepeat(
  services: OperationContext['services'],
  put: ChunkedPut,
  refusal: WopiError | undefined,
  signal: AbortSignal,
): Promise<SavedState> {
  try {
    if (refusal) throw refusal
    return await putChunks(services, put, signal)
  } catch (error) {
    if (!put.message.uploadSessionTokenToCommit) throw error
    const current = await services.metadata.readDocument(put.fileId).catch(() => undefined)
    if (current?.document.key !== put.documentKey) throw error
    const repeated = await findRepeatedCommit(services, put, current.document).catch(
      () => undefined,
    )
    if (repeated) return repeated
    // What was refused as a new save may have been a repeat then: the answer must be that of now.
    await put.check(current)
    throw error
  }
}

/** Whether an error is what `check` refuses with: then it is newer than the refusal of the start. */
function isRefusal(error: unknown): boolean {
  return (
    error instanceof WopiError &&
    (error.code === 'LOCK_CONFLICT' || error.code === 'SEQUENCE_MISMATCH')
  )
}

/** The refusal that a check ends in, or `undefined`. */
async function refusalOf(check: Promise<unknown>): Promise<WopiError | undefined> {
  try {
    await check
    return undefined
  } catch (error) {
    if (error instanceof WopiError) return error
    throw error
  }
}
