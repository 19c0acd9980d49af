import type { Permission } from '../../src/server/open-admin.ts'
import type { Ticket } from '../helpers/wopikit-process.ts'
import type { Held } from './held.ts'

/** How much an attacker does: all that one machine can, or what fits into a second or two. */
export type Size = 'full' | 'short'

/** Something that a client with a valid token does to a server, while another user works. */
export interface Attack<Prepared = unknown> {
  name: string
  /** What the client does, in one line. */
  title: string
  /** How long it may take, in seconds (default: 20). */
  seconds?: number
  /** What is peculiar to the server that is attacked. */
  server?: ServerNeeds
  /** Whether a run in short has it. */
  short?: boolean
  /** Makes documents and tokens, before the server starts. The result goes to another process. */
  prepare(stage: Stage): Promise<Prepared>
  /** What the client does; it may go on for ever, and is stopped when the time is over. */
  run(assault: Assault, prepared: Prepared): Promise<void>
}

export interface ServerNeeds {
  /** Settings besides the defaults. */
  args?: readonly string[]
  /** Size of a disk of its own, in MiB; the attack is skipped where none can be mounted. */
  diskMib?: number
  /** Nobody reads what the server logs. */
  unreadLog?: boolean
  /** Most space that the data may take in the end, in MB (10^6). */
  maxDiskMb?: number
  /** Longest time from SIGTERM to the end of the process, in ms. */
  maxStopMs?: number
}

/** What an attack is prepared with. */
export interface Stage {
  /** `full` in an ordinary run, `short` in one that is short. */
  scaled(full: number, short: number): number
  /** Adds a document to the root container. @returns its fileId */
  add(content?: Uint8Array | AsyncIterable<Uint8Array>): Promise<string>
  /** A token for a document; it may do everything but browse, unless told otherwise. */
  ticket(fileId: string, userId: string, permissions?: readonly Permission[]): Promise<Ticket>
  /** A new document with a token for it. */
  document(userId: string, content?: Uint8Array): Promise<Ticket>
  /** The root container, with a token to browse it. */
  rootContainer(userId: string): Promise<Ticket>
}

/** A request of WOPI; names of headers without their `X-WOPI-`. */
export interface Request {
  method?: 'GET' | 'POST'
  headers?: Record<string, string | number>
  /** Headers by their whole names. */
  plainHeaders?: Record<string, string>
  body?: Uint8Array
  endpoint?: '' | '/contents' | '/children'
  /** More of the query, behind the token. */
  query?: string
}

export interface Answer {
  /** 0 when the connection broke. */
  status: number
  headers: Record<string, string | string[] | undefined>
  /** Its first MiB. */
  body: Buffer
  bytes: number
}

/** What an attack does its work with. All answers are counted. */
export interface Assault {
  readonly origin: string
  /** The data folder of the server, to look at. */
  readonly dataDir: string
  /** Aborts when the time is over. */
  readonly over: AbortSignal
  scaled(full: number, short: number): number
  send(ticket: Ticket, operation: string, request?: Request): Promise<Answer>
  /**
   * Opens a connection, writes a request with as much of its body as is given, and reads nothing.
   *
   * @param request.length what the body is announced to have, in bytes (default: what it has)
   */
  hold(ticket: Ticket, operation: string, request?: Request & { length?: number }): Promise<Held>
  /** Opens a connection and writes these bytes. */
  holdBytes(operation: string, bytes: string | Uint8Array): Promise<Held>
  /** Waits until the time is over. */
  untilOver(): Promise<void>
  /** Tells a figure that only this attack has. */
  note(text: string): void
  /** Tells that something happened that must not. */
  exceeded(text: string): void
}

/** Checks the type of an attack. */
export function defineAttack<Prepared>(attack: Attack<Prepared>): Attack<Prepared> {
  return attack
}

/** Lets several workers repeat what they do until the time is over, or for a number of rounds. */
export async function repeat(
  { over }: Pick<Assault, 'over'>,
  { workers, rounds = Number.POSITIVE_INFINITY }: { workers: number; rounds?: number },
  turn: (worker: number, round: number) => Promise<unknown>,
): Promise<void> {
  const work = async (worker: number) => {
    for (let round = 0; round < rounds && !over.aborted; round += 1) await turn(worker, round)
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)))
}

/** Does something `count` times at once. */
export function atOnce<T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: count }, (_, index) => make(index)))
}
