import { resolve } from 'node:path'
import { WopiClientError, type WopiClientErrorCode } from '../client/errors.ts'
import type { RetryEvent } from '../client/retry.ts'
import { splitWopiSrc } from '../client/transport.ts'
import { formatBytes, type ProgressLine, type ProgressStream } from './progress.ts'

/** The parts of the process that `put` and `get` use. */
export interface TransferIo {
  readonly env: NodeJS.ProcessEnv
  readonly stdout: ProgressStream
  readonly stderr: ProgressStream
  /** Sets the exit code of the process. */
  exit(code: number): void
  /** The signals that end the work. */
  readonly signals: {
    on(name: StopSignal, listener: () => void): unknown
    once(name: StopSignal, listener: () => void): unknown
    off(name: StopSignal, listener: () => void): unknown
  }
}

/** Signals that ask a process to end; the last two come on Windows. */
type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGBREAK' | 'SIGHUP'

/** How to reach the document of a command. */
export interface Address {
  wopiSrc: string
  accessToken: string
}

/** Exit codes; 2 is for a command line that cannot be understood. */
export const EXIT = { failed: 1, usage: 2, refused: 3, unreachable: 4 } as const
/** Added to the number of a signal that ended a command, as shells do. */
const EXIT_SIGNAL = 128
const SIGNAL_NUMBERS = { SIGINT: 2, SIGTERM: 15 } as const

/** A command line that cannot be executed; the message says how to mend it. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** There is no answer from the host of a command. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
}

/** The user or the system asked the command to stop. */
class Interruption extends Error {
  override readonly name = 'Interruption'
  readonly exitCode: number

  constructor(name: keyof typeof SIGNAL_NUMBERS) {
    super('Stopped.')
    this.exitCode = EXIT_SIGNAL + SIGNAL_NUMBERS[name]
  }
}

const processIo: TransferIo = {
  env: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
  exit(code) {
    process.exitCode = code
  },
  signals: process,
}

export function defaultIo(): TransferIo {
  return processIo
}

/** The option of both commands for the access token. */
export const TOKEN_OPTION = [
  '--token <token>',
  'access token; better in the environment as WOPIKIT_TOKEN, where other users cannot see it, or as ' +
    'access_token in WOPISRC',
] as const

/** The option of both commands that signs their requests. */
export const PROOF_KEY_OPTION = [
  '--proof-key <file>',
  'sign the requests with the keys of this file, for a host that demands proofs',
] as const

/** A path of the command line. Relative paths start at the folder of the user, also under npm. */
export function userPath(path: string, env: NodeJS.ProcessEnv): string {
  return resolve(env.INIT_CWD ?? process.cwd(), path)
}

/** @throws UsageError */
export function readAddress(
  text: string,
  token: string | undefined,
  env: NodeJS.ProcessEnv,
): Address {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) {
    throw new UsageError(
      `WOPISRC is not the address of a document: ${JSON.stringify(text)}\n` +
        'It looks like http://localhost:8080/wopi/files/ID; "wopikit token ID --user ME" prints it.',
    )
  }
  const { wopiSrc, accessToken: carried } = splitWopiSrc(text)
  const accessToken = token ?? carried ?? env.WOPIKIT_TOKEN
  if (accessToken) return { wopiSrc, accessToken }
  throw new UsageError(
    'An access token is needed: give --token, or set WOPIKIT_TOKEN.\n' +
      '"wopikit token ID --user ME" makes one.',
  )
}

/**
 * Runs the work of a command and prints its result, in place of the progress. Ctrl-C ends it. Turns
 * what the work throws into text, or JSON, and an exit code.
 *
 * @param again what the same command does when it runs again, if that helps
 * @param work resolves to the text of the result
 */
export async function runTransfer(
  io: TransferIo,
  {
    line,
    again,
    json = false,
  }: { line: ProgressLine; again: () => string; json?: boolean | undefined },
  work: (signal: AbortSignal) => Promise<string>,
): Promise<void> {
  const controller = new AbortController()
  const onInt = () => controller.abort(new Interruption('SIGINT'))
  const onTerm = () => controller.abort(new Interruption('SIGTERM'))
  io.signals.once('SIGINT', onInt)
  io.signals.once('SIGTERM', onTerm)
  try {
    const result = await work(controller.signal)
    line.clear()
    io.stdout.write(result)
  } catch (error) {
    const { exitCode, ...failure } = describeFailure(error, again())
    const text = failure.fix ? `${failure.message}\n${failure.fix}` : failure.message
    line.print(json ? JSON.stringify({ error: failure }) : text)
    io.exit(exitCode)
  } finally {
    io.signals.off('SIGINT', onInt)
    io.signals.off('SIGTERM', onTerm)
  }
}

/** Announces another try; the first time also what the user may have to mend. */
export function describeRetry({ error, attempt, tries, delayMs }: RetryEvent): string {
  const seconds = (delayMs / 1000).toFixed(1)
  const advice = attempt === 1 ? `\n${FIXES[error.code]}` : ''
  return `${error.message}${advice}\nTrying again in ${seconds} s (try ${attempt + 1} of ${tries}).`
}

/** How much of a document was transferred. */
export function describeShare(moved: number, total: number, chunks: string): string {
  return `${formatBytes(moved)} of ${formatBytes(total)}, ${chunks}`
}

const FIXES: Record<WopiClientErrorCode, string> = {
  BAD_REQUEST: 'If the file was being written meanwhile, run the same command again.',
  INVALID_TOKEN: 'Get a new access token: wopikit token ID --user ME',
  NOT_FOUND:
    'Check the document id in WOPISRC, and that the token is for it; uploads need --permission write.',
  LOCKED:
    'Close the document in the other application, or wait until its lock expires (30 minutes).',
  SESSION_GONE: 'Run the same command again.',
  SEQUENCE_MISMATCH: 'Somebody keeps saving the document. Run the same command again later.',
  TOO_LARGE: 'Raise the size that the host allows (maxFileBytes).',
  NOT_SUPPORTED: 'This host cannot transfer files in chunks, or its settings forbid it.',
  PROOF_REFUSED:
    'Sign the requests with --proof-key FILE, whose keys the host knows from discovery ("wopikit ' +
    'validate --new-proof-key" makes such), and give the WOPISRC that the host tells clients.',
  HOST_FAILED: 'The host has a problem; its log has the details.',
  NETWORK: 'Is the host running, and is WOPISRC right?',
  CANNOT_CONNECT: 'Is WOPISRC right?',
  BLOCKED: 'Allow this origin in the settings of the host.',
  SOURCE_CHANGED: 'Run the same command again when nothing writes to the file any more.',
  BAD_REPLY: 'Is WOPISRC the address of a document at a WOPI host?',
}

/** The exit codes of `put` and `get` for these failures; all others end with 1. */
export const EXIT_CODES: Partial<Record<WopiClientErrorCode, number>> = {
  INVALID_TOKEN: EXIT.refused,
  NOT_FOUND: EXIT.refused,
  LOCKED: EXIT.refused,
  SEQUENCE_MISMATCH: EXIT.refused,
  TOO_LARGE: EXIT.refused,
  NOT_SUPPORTED: EXIT.refused,
  PROOF_REFUSED: EXIT.refused,
  HOST_FAILED: EXIT.unreachable,
  NETWORK: EXIT.unreachable,
  CANNOT_CONNECT: EXIT.unreachable,
}

/** A failure of a command as it is told. */
interface ToldFailure {
  code: string
  message: string
  /** How to mend it. */
  fix?: string
  exitCode: number
}

function describeFailure(error: unknown, again: string): ToldFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof Interruption) {
    return { code: 'STOPPED', message, fix: again, exitCode: error.exitCode }
  }
  if (error instanceof UsageError) {
    return { code: 'ARGUMENT_INVALID', message, exitCode: EXIT.usage }
  }
  if (!(error instanceof WopiClientError)) return { code: 'FAILED', message, exitCode: EXIT.failed }
  const { code, lockedBy } = error
  const exitCode = EXIT_CODES[code] ?? EXIT.failed
  const fix = exitCode === EXIT.unreachable ? `${FIXES[code]}\n${again}` : FIXES[code]
  return { code, message: lockedBy ? `${message} (locked by ${lockedBy})` : message, fix, exitCode }
}
