import {
  assembleChunkedFile,
  getChunkedFileBody,
  type RawClient,
  type RawReply,
} from '../helpers/raw-wire.ts'
import type { Ticket } from '../helpers/wopikit-process.ts'
import { digestOf } from './content.ts'
import { BrokenPromiseError, type Ledger } from './ledger.ts'

/** One user's way to one document, over whatever server process runs now. */
export interface DocumentClient {
  readonly ledger: Ledger
  /** POST to the file, or to its contents, with WOPI headers given by their names' ends. */
  post(
    operation: string,
    headers?: Record<string, string | number>,
    body?: Uint8Array,
    endpoint?: '' | '/contents',
  ): Promise<RawReply>
  /** Reads with GetChunkedFile and enters what it saw. */
  readChunked(): Promise<void>
  /** Reads with GetFile, and with GetChunkedFile before and after; all must fit together. */
  readWhole(): Promise<void>
}

export function createDocumentClient(options: {
  wire: () => RawClient
  ticket: Ticket
  ledger: Ledger
}): DocumentClient {
  const { wire, ticket, ledger } = options
  const query = `?access_token=${ticket.token}`

  const post: DocumentClient['post'] = (operation, headers = {}, body, endpoint = '') =>
    wire().send({
      target: `${ticket.path}${endpoint}${query}`,
      headers: { 'X-WOPI-Override': operation, ...wopiHeaders(headers) },
      ...(body && { body }),
    })

  const readChunked = async () => {
    const notBefore = ledger.newest().sequenceNumber
    const reply = await post('GET_CHUNKED_FILE', {}, getChunkedFileBody())
    expectStatus(reply, 200, 'GetChunkedFile')
    const digest = digestOf(assembleChunkedFile(reply.body))
    ledger.observed({ sequenceNumber: sequenceNumberOf(reply), digest, notBefore })
  }

  const readWhole = async () => {
    await readChunked()
    const before = ledger.newest()
    const target = `${ticket.path}/contents${query}`
    const reply = await wire().send({ method: 'GET', target })
    expectStatus(reply, 200, 'GetFile')
    await readChunked()
    // GetFile tells no sequence number, so it can be judged only when nobody saved meanwhile.
    const quiet = ledger.newest().sequenceNumber === before.sequenceNumber
    if (quiet && digestOf(reply.body) !== before.content.digest)
      throw new BrokenPromiseError(`${ticket.fileId}: GetFile differs from GetChunkedFile`)
  }

  return { ledger, post, readChunked, readWhole }
}

function wopiHeaders(headers: Record<string, string | number>): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [`X-WOPI-${name}`, value]),
  )
}

export function sequenceNumberOf(reply: RawReply): number {
  return Number(reply.headers['x-wopi-sequencenumber'])
}

/** @throws BrokenPromiseError with what the server gave as its reason */
export function expectStatus(reply: RawReply, wanted: number, operation: string): void {
  if (reply.status === wanted) return
  const reason = reply.headers['x-wopi-failurereason'] ?? reply.body.toString().slice(0, 200)
  throw new BrokenPromiseError(`${operation} answered ${reply.status}, not ${wanted}: ${reason}`)
}
