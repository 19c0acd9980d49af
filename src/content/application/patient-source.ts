import { types } from 'node:util'
import type { ByteRange, OpenedBytes } from '../../ports/blob-store.ts'
import { type DocumentSource, RevisionGoneError } from '../../ports/document-source.ts'
import { withSafeClose } from '../bytes/opened-bytes.ts'
import { type ApplicationCall, ask, beginCall, type Patience } from './deadlines.ts'

type Reading = Pick<DocumentSource, 'revisions' | 'find' | 'open'>

/**
 * Reads an application's documents with deadlines, and makes what it opens as tame as the bytes of a
 * blob store. The first piece is there when `open` resolves: what fails until then is an error before
 * anything was sent, and a broken reply afterwards.
 */
export function createPatientSource(
  source: Reading,
  patience: Patience,
  onGone: (fileId: string) => void = () => {},
): Reading {
  return {
    revisions: source.revisions,

    find: (fileId, { signal }) =>
      ask(patience, `DocumentSource.find of ${fileId}`, signal, (given) =>
        source.find(fileId, { signal: given }),
      ),

    async open(fileId, revision, options = {}) {
      const name = `DocumentSource.open of ${fileId}, revision ${JSON.stringify(revision)},`
      const call = beginCall(patience, name, options.signal)
      const { range } = options
      const given = { signal: call.signal, ...(range && { range }) }
      const opening = (async () => source.open(fileId, revision, given))()
      try {
        const opened = await call.wait(() => opening, patience.deadlines.pieceMs)
        return await begun({ opened: checkOpened(opened, name), call, name, patience }, range)
      } catch (error) {
        if (error instanceof RevisionGoneError) onGone(fileId)
        // One that comes too late, or has failed at its first piece, is open all the same.
        opening.then((opened) => opened[Symbol.asyncDispose]()).catch(() => {})
        throw error
      }
    },
  }
}

interface OpenedCall {
  opened: OpenedBytes
  call: ApplicationCall
  /** Of the call, for messages. */
  name: string
  patience: Patience
}

/** Waits for the first piece; a range of nothing has none. */
async function begun(
  { opened, call, name, patience }: OpenedCall,
  range: ByteRange | undefined,
): Promise<OpenedBytes> {
  const tame = withSafeClose(opened)
  const pieces = readPieces({ opened: tame, call, name, patience })
  const first = range?.start === range?.end && range ? undefined : await pieces.next()

  async function* all(): AsyncGenerator<Uint8Array> {
    if (first?.done) return
    if (first) yield first.value
    yield* pieces
  }
  return {
    [Symbol.asyncIterator]: all,
    async [Symbol.asyncDispose]() {
      const closing = (async () => tame[Symbol.asyncDispose]())()
      closing.catch(() => {})
      // What hangs may hang here, too.
      if (call.signal.aborted) return
      await call
        .wait(() => closing, patience.deadlines.pieceMs)
        .catch((error) => {
          if (!call.signal.aborted) throw error
        })
    },
  }
}

async function* readPieces({
  opened,
  call,
  name,
  patience,
}: OpenedCall): AsyncGenerator<Uint8Array, void> {
  const { deadlines, clock } = patience
  const source = opened[Symbol.asyncIterator]()
  let leftMs = deadlines.readMs
  for (;;) {
    if (leftMs === 0) call.giveUp(`takes more than ${deadlines.readMs / 1000} s altogether`)
    const startedAt = clock()
    const next = await call.wait(() => source.next(), Math.min(deadlines.pieceMs, leftMs))
    leftMs = Math.max(0, leftMs - (clock() - startedAt))
    if (next.done) return
    if (!types.isUint8Array(next.value))
      throw new TypeError(`${name} must give pieces of Uint8Array, not of ${kindOf(next.value)}`)
    yield next.value
  }
}

function checkOpened(opened: unknown, name: string): OpenedBytes {
  const value = opened as Partial<OpenedBytes> | null | undefined
  if (
    typeof value?.[Symbol.asyncIterator] === 'function' &&
    typeof value[Symbol.asyncDispose] === 'function'
  )
    return value as OpenedBytes
  throw new TypeError(
    `${name} must give an AsyncIterable that is AsyncDisposable, such as a Readable of node:stream, ` +
      `not ${kindOf(opened)}`,
  )
}

function kindOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}
