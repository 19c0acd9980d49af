import { COMMA, endOfString, QUOTE } from './json-bytes.ts'
import { MessageError, messageTooLarge } from './message-error.ts'
import { MESSAGE_JSON_MAX_BYTES, MESSAGE_JSON_MAX_DEPTH, MESSAGE_JSON_MAX_TOKENS } from './names.ts'
import type { Steps } from './steps.ts'

const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d]

/** A list of more entries is parsed in parts. */
const LONG_LIST_MIN = 64
/** Size of such a part, and of what is looked through in one step, in bytes. */
const PART_BYTES = 32 * 1024
/** Largest message without its long lists, in bytes: it is parsed in one piece. */
const REST_MAX_BYTES = 4 * 1024 * 1024

/** A long list of a message that is parsed when it is read. */
export interface LongList {
  /** How many entries it has, if it is JSON at all. */
  readonly length: number
  /** Where its parts are in the message. */
  readonly parts: readonly { start: number; end: number }[]
}

/** A message whose long lists are not parsed yet. */
export interface SplitJson {
  /** Everything else; in the place of each long list is a text that nobody else can know. */
  rest: unknown
  /** The long list that such a text stands for. */
  listOf(value: unknown): LongList | undefined
  /** The entries of a long list, part by part. @throws MessageError when they are not JSON */
  entriesOf(list: LongList): Generator<unknown[]>
  /** Makes sure that lists which nobody has read are JSON as well. */
  checkUnread(): Steps<void>
}

/** An object or list that is not closed yet. */
interface Open {
  isList: boolean
  start: number
  commas: number
  /** Where parts end, at commas. */
  cuts: number[]
  /** How deep other objects and lists are nested in it. */
  height: number
}

interface Found extends LongList {
  start: number
  end: number
}

/**
 * Looks through a message in steps and splits it; see `parseJson`, which parses the same in one piece.
 *
 * @throws MessageError `MESSAGE_INVALID`, or `MESSAGE_TOO_LARGE` beyond the limits of size
 */
export function* splitJson(bytes: Uint8Array): Steps<SplitJson> {
  if (bytes.length > MESSAGE_JSON_MAX_BYTES)
    throw messageTooLarge(`${MESSAGE_JSON_MAX_BYTES} bytes`)
  const lists = yield* findLongLists(bytes)
  const nonce = crypto.getRandomValues(new Uint8Array(16)).toString()
  const byMark = new Map(lists.map((list, index) => [`${nonce}:${index}`, list]))
  const rest = parseText(textWithout(bytes, lists, (index) => `"${nonce}:${index}"`))
  const unread = new Set<LongList>(lists)

  function* entriesOf(list: LongList): Generator<unknown[]> {
    unread.delete(list)
    for (const { start, end } of list.parts) {
      const entries = parseText(`[${decode(bytes.subarray(start, end), true)}]`) as unknown[]
      if (entries.length === 0) throw new MessageError('', 'is not JSON')
      yield entries
    }
  }

  return {
    rest,
    listOf: (value) => (typeof value === 'string' ? byMark.get(value) : undefined),
    entriesOf,
    *checkUnread() {
      for (const list of [...unread]) for (const _ of entriesOf(list)) yield
    },
  }
}

function* findLongLists(bytes: Uint8Array): Steps<Found[]> {
  const open: Open[] = []
  const lists: Found[] = []
  let tokens = 0
  let pauseAt = PART_BYTES
  for (let index = 0; index < bytes.length; index++) {
    if (index >= pauseAt) {
      yield
      pauseAt = index + PART_BYTES
    }
    const byte = bytes[index]
    if (byte === QUOTE) index = endOfString(bytes, index)
    else if (byte === COMMA) {
      tokens++
      passComma(open.at(-1), index)
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      tokens++
      if (open.length >= MESSAGE_JSON_MAX_DEPTH) throw new MessageError('', 'is nested too deeply')
      open.push({ isList: byte === OPEN_LIST, start: index, commas: 0, cuts: [], height: 0 })
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      close(open, lists, index, byte === CLOSE_LIST)
    }
    if (tokens > MESSAGE_JSON_MAX_TOKENS) throw messageTooLarge(`${MESSAGE_JSON_MAX_TOKENS} values`)
  }
  return lists
}

function passComma(list: Open | undefined, index: number): void {
  if (!list) return
  list.commas++
  if (index - (list.cuts.at(-1) ?? list.start) >= PART_BYTES) list.cuts.push(index)
}

function close(open: Open[], lists: Found[], index: number, isList: boolean): void {
  const closed = open.pop()
  if (closed?.isList !== isList) throw new MessageError('', 'is not JSON')
  const parent = open.at(-1)
  if (parent) parent.height = Math.max(parent.height, closed.height + 1)
  if (!isList || closed.commas < LONG_LIST_MIN || closed.height > 1) return
  // Lists inside of it are parsed with it.
  while ((lists.at(-1)?.start ?? -1) > closed.start) lists.pop()
  const ends = [...closed.cuts, index]
  const parts = ends.map((end, i) => ({ start: (ends[i - 1] ?? closed.start) + 1, end }))
  lists.push({ start: closed.start, end: index + 1, length: closed.commas + 1, parts })
}

function textWithout(
  bytes: Uint8Array,
  lists: readonly Found[],
  mark: (index: number) => string,
): string {
  const size = lists.reduce((rest, { start, end }) => rest - (end - start), bytes.length)
  if (size > REST_MAX_BYTES) throw messageTooLarge(`${REST_MAX_BYTES} bytes without its lists`)
  let text = ''
  let at = 0
  for (const [index, { start, end }] of lists.entries()) {
    text += decode(bytes.subarray(at, start), at > 0) + mark(index)
    at = end
  }
  return text + decode(bytes.subarray(at), at > 0)
}

/** A byte order mark counts as one only at the start of the message. */
function decode(bytes: Uint8Array, isLater: boolean): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: isLater }).decode(bytes)
  } catch {
    throw new MessageError('', 'is not UTF-8')
  }
}

function parseText(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // The parser's own words quote the message, which may be secret or huge.
    throw new MessageError('', 'is not JSON')
  }
}
