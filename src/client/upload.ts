import type { RangeReader } from '../protocol/chunking/chunk.ts'
import { MAIN_CONTENT } from '../protocol/names.ts'
import {
  type ChunkedDocument,
  chunkDocument,
  digestOfChunks,
  joinChunks,
} from './chunk-document.ts'
import { sessionUnsteady, sourceChanged, WopiClientError } from './errors.ts'
import { type HostContent, isSameContent, readHostContent } from './host-content.ts'
import type { DocumentState } from './replies.ts'
import { type ContentSource, readAhead } from './source.ts'
import { splitWopiSrc } from './transport.ts'
import { createUploadLock, newLockId, type UploadLock } from './upload-lock.ts'
import type { UploadOptions, UploadResult } from './upload-options.ts'
import { createUploadPlan, type UploadPlan } from './upload-plan.ts'
import {
  newUploadState,
  resumeUploadState,
  type UploadSessionState,
  type UploadState,
} from './upload-state.ts'
import { createWopiClient, type WopiClient } from './wopi-client.ts'

export const FRAGMENT_BYTES = 8 * 1024 * 1024
const CONFLICT_TRIES = 5
/** How often in a row a session may die, or a lock run out, before an upload gives up. */
const RENEWALS_MAX = 5
/** How often in a row a session may report another offset before an upload gives up. */
const RESYNCS_MAX = 8

/** One upload at work. */
interface Upload {
  readonly client: WopiClient
  readonly options: UploadOptions
  document: ChunkedDocument
  readonly read: RangeReader
  readonly lock: UploadLock
  state: UploadState
  plan: UploadPlan
  sent: { bytes: number; chunks: number }
  conflicts: number
  renewals: number
}

/**
 * Makes a document of the host equal to `source`, whatever is there now: sends the chunks that the
 * host lacks through an upload session and commits them, under a WOPI lock. Lost answers, sessions
 * that expired, a lock that ran out and saves by others are dealt with; what was acknowledged is not
 * sent again.
 *
 * An abort or failure leaves the host's document as it was and the session where it stood: the last
 * state that `onState` was given continues it. The lock is released as long as the host answers.
 *
 * @throws WopiClientError when the host refuses, or cannot be reached for longer than `retry`
 *   allows; whatever `source.read` and `onState` throw; the signal's reason when it aborts
 *
 * @example
 * ```ts
 * import { bytesSource, uploadDocument } from 'wopikit/client'
 *
 * const source = bytesSource(new TextEncoder().encode('The whole new content'))
 * const result = await uploadDocument(source, { wopiSrc, accessToken })
 *
 * assert.equal(result.saved, true)
 * ```
 */
export async function uploadDocument(
  source: ContentSource,
  options: UploadOptions,
): Promise<UploadResult> {
  const client = createWopiClient(options)
  const document = await chunkDocument(source, {
    signal: options.signal,
    byContent: options.chunkByContent,
    onRead: (done) => options.onProgress?.({ phase: 'reading', done, total: source.size }),
  })
  const upload = startUpload(client, source, document, options)
  const resumed = upload.state.session !== undefined
  let saved: (DocumentState & { saved: boolean }) | undefined
  let lockReleased = false
  try {
    saved = await saveUntilDone(upload)
  } finally {
    lockReleased = await upload.lock.release()
    if (lockReleased && (saved || !upload.state.session)) await options.onState?.(undefined)
  }
  return {
    ...saved,
    chunking: upload.document.chunking,
    resumed,
    bytesSent: upload.sent.bytes,
    bytesTotal: upload.document.size,
    chunksSent: upload.sent.chunks,
    chunksTotal: upload.document.chunks.length,
    lockReleased,
  }
}

function startUpload(
  client: WopiClient,
  source: ContentSource,
  chunked: ChunkedDocument,
  options: UploadOptions,
): Upload {
  const lockId = (options.newLockId ?? newLockId)()
  const document = asBefore(chunked, options.state)
  const fresh = newUploadState(splitWopiSrc(options.wopiSrc).wopiSrc, document, lockId)
  const state = resumeUploadState(fresh, options.state)
  return {
    client,
    options,
    document,
    read: readAhead(source),
    lock: createUploadLock(client, state.lockId, state.lockId !== lockId),
    state,
    plan: createUploadPlan(document.placed, state.session?.plan),
    sent: { bytes: 0, chunks: 0 },
    conflicts: 0,
    renewals: 0,
  }
}

/** An earlier run may have learned that the host takes this document as one chunk only. */
function asBefore(document: ChunkedDocument, state: UploadState | undefined): ChunkedDocument {
  const whole = joinChunks(document)
  return whole && state?.chunksDigest === digestOfChunks(whole) ? whole : document
}

/** Looks at what the host has and brings it up to date, until that succeeds or cannot. */
async function saveUntilDone(upload: Upload): Promise<DocumentState & { saved: boolean }> {
  for (;;) {
    const host = await readHostContent(upload.client, upload.options)
    noteBase(upload, host)
    if (!upload.options.always && isSameContent(host, upload.document)) {
      return { sequenceNumber: host.sequenceNumber, itemVersion: host.itemVersion, saved: false }
    }
    try {
      await keepState(upload)
      await upload.lock.take(upload.options.signal)
      await sendMissing(upload, host)
      return { ...(await commit(upload, host)), saved: true }
    } catch (error) {
      await recover(upload, error)
    }
  }
}

/** @throws WopiClientError `SEQUENCE_MISMATCH` when others have saved more often than is allowed */
function noteBase(upload: Upload, { sequenceNumber }: HostContent): void {
  const { baseSequenceNumber } = upload.state
  upload.state = { ...upload.state, baseSequenceNumber: sequenceNumber }
  if (baseSequenceNumber === undefined || baseSequenceNumber === sequenceNumber) return
  upload.conflicts += 1
  upload.renewals = 0
  if (upload.conflicts <= (upload.options.conflictTries ?? CONFLICT_TRIES)) return
  throw new WopiClientError(
    'SEQUENCE_MISMATCH',
    `another user has saved the document: it is at ${sequenceNumber}, not ${baseSequenceNumber}`,
    { operation: 'PutChunkedFile', sequenceNumber },
  )
}

/** Plans what the host lacks and sends what it has not acknowledged yet. */
async function sendMissing(upload: Upload, host: HostContent): Promise<void> {
  upload.plan.cover(new Set(host.main?.chunks.map(({ id }) => id)))
  if (upload.plan.size === 0) return
  const session = upload.state.session ?? (await createSession(upload))
  session.plan = [...upload.plan.runs]
  upload.state = { ...upload.state, session }
  await keepState(upload)
  report(upload, session)
  for (let resyncs = 0; session.offset < upload.plan.size; ) {
    const before = session.offset
    const went = await sendFragment(upload, session)
    resyncs = went ? 0 : resyncs + 1
    if (!went && resyncs > RESYNCS_MAX) throw sessionUnsteady(before, session.offset)
    report(upload, session)
    await keepState(upload)
  }
}

async function createSession({ client, options }: Upload): Promise<UploadSessionState> {
  const { token, expiresAt } = await client.createUploadSession({ signal: options.signal })
  return { token, expiresAt, offset: 0, plan: [] }
}

/** Resolves to `false` when the session did not stand where we thought; then it does now. */
async function sendFragment(upload: Upload, session: UploadSessionState): Promise<boolean> {
  const { client, options, plan } = upload
  options.signal?.throwIfAborted()
  upload.lock.check()
  const { offset } = session
  const bytes = await plan.fragment(offset, options.fragmentBytes ?? FRAGMENT_BYTES, upload.read)
  const end = offset + bytes.length
  try {
    const next = await client.updateUploadSession(session.token, offset, bytes, options)
    count(upload, offset, Math.min(next, end))
    session.offset = next
    return true
  } catch (error) {
    const current = currentOffset(error, offset, plan.size)
    if (current === undefined) throw await orChanged(upload, error, offset, end)
    count(upload, offset, Math.min(current, end))
    session.offset = current
    return false
  }
}

/** Where the session stands, when that is all that was wrong. */
function currentOffset(error: unknown, offset: number, size: number): number | undefined {
  if (!(error instanceof WopiClientError) || error.code !== 'BAD_REQUEST') return undefined
  const current = error.currentOffset
  if (current === undefined || current === offset || current > size) return undefined
  return current
}

/**
 * A host refuses chunks whose bytes have changed since they were hashed: then the change is the
 * failure.
 */
async function orChanged(
  { plan, read }: Upload,
  error: unknown,
  from: number,
  to: number,
): Promise<unknown> {
  if (!(error instanceof WopiClientError) || error.code !== 'BAD_REQUEST') return error
  return (await plan.isUnchanged(from, to, read)) ? error : sourceChanged(error.operation, error)
}

function count({ plan, sent }: Upload, from: number, to: number): void {
  if (to <= from) return
  const before = plan.contentBefore(from)
  const after = plan.contentBefore(to)
  sent.bytes += after.bytes - before.bytes
  sent.chunks += after.chunks - before.chunks
}

async function commit(upload: Upload, { sequenceNumber }: HostContent): Promise<DocumentState> {
  const { client, document, options, state } = upload
  const { size, chunking } = document
  options.onProgress?.({ phase: 'committing', done: size, total: size, chunking })
  upload.lock.check()
  const { scheme, chunks } = document
  const message = {
    contentProperties: [],
    signatures: [{ streamId: MAIN_CONTENT, scheme, chunks }],
    ...(state.session && { uploadSessionTokenToCommit: state.session.token }),
  }
  return client.putChunkedFile({ sequenceNumber, message, lockId: state.lockId }, options)
}

/** Makes the next round possible, or throws `error` again. */
async function recover(upload: Upload, error: unknown): Promise<void> {
  if (!(error instanceof WopiClientError)) throw error
  upload.renewals += 1
  if (upload.renewals > RENEWALS_MAX) throw error
  if (error.code === 'SEQUENCE_MISMATCH') return
  if (error.code === 'SESSION_GONE') {
    startAnew(upload, upload.document)
  } else if (error.code === 'BAD_REQUEST' && error.operation === 'PutChunkedFile') {
    // Page "chunk-streams" knows FullFile as one chunk, and a host may insist on that.
    const whole = joinChunks(upload.document)
    const failure = await orChanged(upload, error, 0, upload.plan.size)
    if (!whole || failure !== error) throw failure
    startAnew(upload, whole)
  } else if (error.code === 'LOCKED' && error.operation === 'PutChunkedFile' && error.lock === '') {
    upload.lock.lapsed()
  } else {
    throw error
  }
}

/** Drops the session, for it holds nothing that can be committed. */
function startAnew(upload: Upload, document: ChunkedDocument): void {
  const { session: _, ...rest } = upload.state
  upload.state = { ...rest, chunksDigest: digestOfChunks(document) }
  upload.document = document
  upload.plan = createUploadPlan(document.placed)
}

async function keepState({ options, state }: Upload): Promise<void> {
  await options.onState?.(structuredClone(state))
}

function report({ options, plan, document }: Upload, { offset }: UploadSessionState): void {
  const total = plan.contentBefore(plan.size).bytes
  const { chunking } = document
  options.onProgress?.({
    phase: 'sending',
    done: plan.contentBefore(offset).bytes,
    total,
    chunking,
  })
}
