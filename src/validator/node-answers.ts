import type { HeaderLine, HttpResponse } from './http-message.ts'
import { headerOf } from './http-message.ts'
import { ANSWER_LINE_MAX_BYTES, ANSWER_LINES_MAX } from './limits.ts'

/**
 * Reads the answers that a host writes to one connection (RFC 9112): one for each request, in
 * order; fewer when the connection ends between two of them.
 *
 * @param methods of the requests: the answer to HEAD has no body
 * @param maxBytes largest body of an answer
 * @throws Error when there is no answer, or when one breaks off or is too large
 */
export async function readAnswers(
  connection: AsyncIterable<Uint8Array>,
  methods: readonly string[],
  maxBytes: number,
): Promise<HttpResponse[]> {
  const reader = createReader(connection)
  const answers: HttpResponse[] = []
  for (const method of methods) {
    if (await reader.atEnd(answers.length > 0)) break
    answers.push(await readAnswer(reader, method, maxBytes))
  }
  if (answers.length === 0) throw new Error('The connection was closed without an answer')
  return answers
}

type Reader = ReturnType<typeof createReader>

function createReader(connection: AsyncIterable<Uint8Array>) {
  const source = connection[Symbol.asyncIterator]()
  let held = Buffer.alloc(0)
  const more = async () => {
    const next = await source.next()
    if (!next.done) held = Buffer.concat([held, next.value])
    return !next.done
  }
  const need = async () => {
    if (!(await more())) throw new Error('The connection was closed in the middle of an answer')
  }
  const cut = (length: number) => {
    const bytes = held.subarray(0, length)
    held = held.subarray(length)
    return bytes
  }
  return {
    /** Whether nothing more comes; a reset counts as that when `lenient`. */
    async atEnd(lenient: boolean): Promise<boolean> {
      if (held.length > 0) return false
      try {
        return !(await more())
      } catch (error) {
        if (lenient && (error as NodeJS.ErrnoException).code === 'ECONNRESET') return true
        throw error
      }
    },
    async line(): Promise<string> {
      let end = held.indexOf('\r\n')
      while (end === -1) {
        if (held.length > ANSWER_LINE_MAX_BYTES) throw new Error('A line of the answer is too long')
        await need()
        end = held.indexOf('\r\n')
      }
      return cut(end + 2)
        .subarray(0, end)
        .toString('latin1')
    },
    async take(length: number): Promise<Buffer> {
      while (held.length < length) await need()
      return cut(length)
    },
    async rest(maxBytes: number): Promise<Buffer> {
      while (held.length <= maxBytes && (await more()));
      return cut(held.length)
    },
  }
}

async function readAnswer(reader: Reader, method: string, maxBytes: number): Promise<HttpResponse> {
  for (;;) {
    const line = await reader.line()
    const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(line)?.[1])
    if (Number.isNaN(status)) throw new Error(`Expected the status of an answer, got "${line}"`)
    const headers = await readHeaders(reader)
    if (status < 200) continue
    const hasBody = method !== 'HEAD' && status !== 204 && status !== 304
    const body = hasBody ? await readBody(reader, headers, maxBytes) : new Uint8Array(0)
    return { status, headers, body }
  }
}

async function readHeaders(reader: Reader): Promise<HeaderLine[]> {
  const headers: HeaderLine[] = []
  for (;;) {
    const line = await reader.line()
    if (line === '') return headers
    const colon = line.indexOf(':')
    headers.push([line.slice(0, colon), line.slice(colon + 1).trim()])
    if (headers.length > ANSWER_LINES_MAX) throw new Error('The answer has too many headers')
  }
}

async function readBody(
  reader: Reader,
  headers: readonly HeaderLine[],
  maxBytes: number,
): Promise<Uint8Array> {
  const parts: Buffer[] = []
  if (/chunked\s*$/i.test(headerOf(headers, 'Transfer-Encoding') ?? '')) {
    await readChunks(reader, parts, maxBytes)
  } else {
    const declared = headerOf(headers, 'Content-Length')
    if (declared === undefined) parts.push(await reader.rest(maxBytes))
    else parts.push(await reader.take(checked(Number(declared), maxBytes)))
  }
  const body = Buffer.concat(parts)
  checked(body.length, maxBytes)
  return new Uint8Array(body)
}

async function readChunks(reader: Reader, parts: Buffer[], maxBytes: number): Promise<void> {
  let total = 0
  for (;;) {
    const size = Number.parseInt(await reader.line(), 16)
    total = checked(total + size, maxBytes)
    if (size === 0) break
    parts.push(await reader.take(size))
    await reader.line()
  }
  await readHeaders(reader)
}

/** The length, when it is one that may be read. */
function checked(length: number, maxBytes: number): number {
  if (!Number.isSafeInteger(length) || length < 0) throw new Error('The answer has no length')
  if (length > maxBytes) throw new Error(`The answer has more than ${maxBytes} bytes`)
  return length
}
