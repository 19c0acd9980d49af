import type { ChunkId, RangeReader } from '../protocol/chunking/chunk.ts'
import { MAIN_CONTENT } from '../protocol/names.ts'
import type { StreamSignature } from '../protocol/signature.ts'
import { WopiClientError } from './errors.ts'
import { type ChunkedDocument, type ContentSource, chunkDocument, readAhead } from './source.ts'
import { type ConnectionOptions, splitWopiSrc } from './transport.ts'
import { createUploadLock, type UploadLock } from './upload-lock.ts'
import { createUploadPlan, type UploadPlan } from './upload-plan.ts'
import {
  newUploadState,
  resumeUploadState,
  type UploadSessionState,
  type UploadState,
} from './upload-state.ts'
import { createWopiClient, type DocumentState, type WopiClient } from './wopi-client.ts'

/** How far an upload is. */
export interface UploadProgress {
  phase: 'reading' | 'sending' | 'committing'
  /** Bytes of the document that are read, or of those to be sent that the host has acknowledged. */
  done: number
  total: number
}

export interface UploadOptions extends ConnectionOptions {
  signal?: AbortSignal | undefined
  onProgress?: ((progress: UploadProgress) => void) | undefined
  /** Largest body of an UpdateUploadSession, in bytes, held in memory (default: 8 MiB). */
  fragmentBytes?: number | undefined
  /** What an earlier, broken upload last gave to `onState`. */
  state?: UploadState | undefined
  /**
   * Given what to keep for a later run, and awaited before the upload goes on; `undefined` when
   * there is nothing left to be resumed or released.
   */
  onState?: ((state: UploadState | undefined) => void | Promise<void>) | undefined
  /**
   * How often others may save the document meanwhile, since the first run began, before the upload
   * gives up rather than replace what they saved (default: 5).
   */
  conflictTries?: number | undefined
  /** Save a new state even when the host has exactly this content (default: no). */
  always?: boolean | undefined
  /** @internal Makes the id of the WOPI lock, unique at the host. */
  newLockId?: (() => string) | undefined
}

export interface UploadResult extends DocumentState {
  /** Whether a new state was saved; `false` when the host had this very content. */
  saved: boolean
  /** Whether the session of an earlier run was gone on with. */
  resumed: boolean
  /** Bytes of the document that this run sent, and its size. */
  bytesSent: number
  bytesTotal: number
  /** Chunks of which this run sent the end, and how many the document has. */
  chunksSent: number
  chunksTotal: number
  /** `false` when the host did not answer: the WOPI lock goes away within half an hour. */
  lockReleased: boolean
}

export const FRAGMENT_BYTES = 8 * 1024 * 1024
const CONFLICT_TRIES = 5
/** How often in a row a session may die, or a lock run out, before an upload gives up. */
const RENEWALS_MAX = 5
/** How often in a row a session may stand elsewhere before an upload gives up. */
const RESYNCS_MAX = 8

/** One upload at work. */
interface Upload {
  readonly client: WopiClient
  readonly options: UploadOptions
  readonly document: ChunkedDocument
  readonly read: RangeReader
  readonly lock: UploadLock
  state: UploadState
  plan: UploadPlan
  sent: { bytes: number; chunks: number }
  conflicts: number
  renewals: number
}

interface HostContent extends DocumentState {
  main: StreamSignature | undefined
}

/**
 * Makes a document of the host equal to `source`, whatever is there now: sends the chunks that the
 * host lacks through an upload session and commits them, under a WOPI lock. Lost answers, sessions
 * that expired, a lock that ran out and saves by others are dealt with; what was acknowledged is not
 * sent again.
 *
 * An abort or failure leaves the host's document as it was and the session where it stood: the last
 * state that `onState` was given goes on with it. The lock is released as long as the host answers.
 *
 * @throws WopiClientError when the host refuses, or cannot be reached for longer than `retry`
 *   allows; whatever `source.read` and `onState` throw; the signal's reason when it aborts
 */
export async function uploadDocument(
  source: ContentSource,
  options: UploadOptions,
): Promise<UploadResult> {
  const client = createWopiClient(options)
  const document = await chunkDocument(source, {
    signal: options.signal,
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
    resumed,
    bytesSent: upload.sent.bytes,
    bytesTotal: document.size,
    chunksSent: upload.sent.chunks,
    chunksTotal: document.chunks.length,
    lockReleased,
  }
}

function startUpload(
  client: WopiClient,
  source: ContentSource,
  document: ChunkedDocument,
  options: UploadOptions,
): Upload {
  const lockId = (options.newLockId ?? newLockId)()
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

/** Looks at what the host has and brings it up to date, until that succeeds or cannot. */
async function saveUntilDone(upload: Upload): Promise<DocumentState & { saved: boolean }> {
  for (;;) {
    const host = await readHostContent(upload)
    noteBase(upload, host)
    if (!upload.options.always && isSameContent(host.main, upload.document)) {
      return { sequenceNumber: host.sequenceNumber, itemVersion: host.itemVersion, saved: false }
    }
    try {
      await keepState(upload)
      await upload.lock.take(upload.options.signal)
      await sendMissing(upload, host)
      return { ...(await commit(upload, host)), saved: true }
    } catch (error) {
      recover(upload, error)
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
    `somebody else has saved the document: it is at ${sequenceNumber}, not ${baseSequenceNumber}`,
    { operation: 'PutChunkedFile', sequenceNumber },
  )
}

async function readHostContent({ client, options }: Upload): Promise<HostContent> {
  const filter = { streamId: MAIN_CONTENT, chunksToReturn: 'None' as const, alreadyKnownChunks: [] }
  const reply = await client.getChunkedFile(
    { contentPropertiesToReturn: [], contentFilters: [filter] },
    { signal: options.signal },
  )
  await reply.close()
  return {
    sequenceNumber: reply.sequenceNumber,
    itemVersion: reply.itemVersion,
    main: reply.message.signatures.find(({ streamId }) => streamId === MAIN_CONTENT),
  }
}

/** Also when the host names the whole by one id that we know: it may not have cut it. */
function isSameContent(main: StreamSignature | undefined, document: ChunkedDocument): boolean {
  const theirs = main?.chunks ?? []
  const [first] = theirs
  if (theirs.length === 1 && first && first.length === document.size) {
    const wholes = [...document.placed, ...document.alternatives]
    return wholes.some(({ id, length }) => id === first.id && length === document.size)
  }
  return (
    theirs.length === document.chunks.length &&
    document.chunks.every(({ id }, index) => id === theirs[index]?.id)
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
    if (!went && resyncs > RESYNCS_MAX) throw unsteady(before, session.offset)
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
    count(upload, offset, Math.min(current, end))
    session.offset = current
    return false
  }
}

/** Where the session stands, when that is all that was wrong. */
function currentOffset(error: unknown, offset: number, size: number): number {
  if (!(error instanceof WopiClientError) || error.code !== 'BAD_REQUEST') throw error
  const current = error.currentOffset
  if (current === undefined || current === offset || current > size) throw error
  return current
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
  options.onProgress?.({ phase: 'committing', done: document.size, total: document.size })
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
function recover(upload: Upload, error: unknown): void {
  if (!(error instanceof WopiClientError)) throw error
  upload.renewals += 1
  if (upload.renewals > RENEWALS_MAX) throw error
  if (error.code === 'SEQUENCE_MISMATCH') return
  if (error.code === 'SESSION_GONE') {
    const { session: _, ...rest } = upload.state
    upload.state = rest
    upload.plan = createUploadPlan(upload.document.placed)
  } else if (error.code === 'LOCKED' && error.operation === 'PutChunkedFile' && error.lock === '') {
    upload.lock.lapsed()
  } else {
    throw error
  }
}

async function keepState({ options, state }: Upload): Promise<void> {
  await options.onState?.(structuredClone(state))
}

function report({ options, plan }: Upload, { offset }: UploadSessionState): void {
  const total = plan.contentBefore(plan.size).bytes
  options.onProgress?.({ phase: 'sending', done: plan.contentBefore(offset).bytes, total })
}

function unsteady(expected: number, current: number): WopiClientError {
  return new WopiClientError(
    'BAD_REPLY',
    `the session stands at ${current}, not at ${expected}, time after time: is another upload using it?`,
    { operation: 'UpdateUploadSession', currentOffset: current },
  )
}

function newLockId(): ChunkId {
  const random = crypto.getRandomValues(new Uint8Array(16))
  return `wopikit-${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
