import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Batch, Call, Reply, WorkerOptions } from './batch.ts'

/** Most calls of one batch: keeps transactions, and so the write lock, short. */
const BATCH_MAX_CALLS = 256
/** Nearly nothing outlives a batch. Measured: more made nothing faster, and took 9 MB a thread. */
const YOUNG_GENERATION_MB = 2

/** A connection in a thread of its own. While one batch is under way, calls gather for the next. */
export interface WorkerConnection {
  call(name: Call['name'], input: unknown[]): Promise<unknown>
  /** Waits for the calls under way, then ends the thread. */
  close(): Promise<void>
}

interface WaitingCall extends Call {
  resolve(value: unknown): void
  reject(error: unknown): void
}

/** Calls on their way to a thread: those of the batch that it works on, and those that wait. */
interface CallQueue {
  readonly isBusy: boolean
  readonly isEmpty: boolean
  push(call: WaitingCall): void
  /** Makes the calls that have waited longest the batch under way. */
  begin(): readonly WaitingCall[]
  /** Ends the batch under way; the result hands its calls their replies. */
  end(replies: readonly Reply[]): () => void
  /** Rejects the batch under way. */
  rejectBatch(error: unknown): void
  /** Rejects all calls. */
  rejectAll(error: unknown): void
}

function createCallQueue(): CallQueue {
  const waiting: WaitingCall[] = []
  let underWay: WaitingCall[] = []

  function rejectBatch(error: unknown): void {
    for (const call of underWay.splice(0)) call.reject(error)
  }

  return {
    get isBusy() {
      return underWay.length > 0
    },
    get isEmpty() {
      return underWay.length + waiting.length === 0
    },
    push: (call) => waiting.push(call),
    begin() {
      underWay = waiting.splice(0, BATCH_MAX_CALLS)
      return underWay
    },
    end(replies) {
      const answered = underWay
      underWay = []
      return () => {
        for (const [index, call] of answered.entries()) settle(call, replies[index])
      }
    },
    rejectBatch,
    rejectAll(error) {
      rejectBatch(error)
      for (const call of waiting.splice(0)) call.reject(error)
    },
  }
}

/**
 * Starts a thread with a connection. When the thread ends, such as one that cannot open its file, the
 * calls that wait are rejected, and the next call starts another thread.
 *
 * @param start starts the thread; tests pass another one
 */
export function createWorkerConnection(
  options: WorkerOptions & { now: () => number },
  start: (workerData: WorkerOptions) => Worker = startWorker,
): WorkerConnection {
  const { now, ...workerOptions } = options
  const calls = createCallQueue()
  let scheduled = false
  let closing: Promise<void> | undefined
  let onIdle = () => {}
  let thread: Worker | undefined = startThread()

  function startThread(): Worker {
    const worker = start(workerOptions)
    worker.unref()
    worker.on('message', (replies: Reply[]) => {
      const settleAll = calls.end(replies)
      send()
      settleAll()
      rest()
    })
    worker.on('error', (cause) => lose(worker, stopped(options.path, cause)))
    worker.on('exit', () => lose(worker, stopped(options.path)))
    return worker
  }

  function send(): void {
    scheduled = false
    if (calls.isBusy || calls.isEmpty) return
    const batch = calls.begin()
    try {
      thread ??= startThread()
      thread.ref()
      thread.postMessage(batchOf(batch, now()))
    } catch (error) {
      calls.rejectBatch(error)
      send()
      rest()
    }
  }

  /** Lets the process end, and `close` go on, when there is nothing to do. */
  function rest(): void {
    if (calls.isBusy) return
    thread?.unref()
    onIdle()
  }

  function lose(worker: Worker, error: Error): void {
    // A thread that fails ends, too: by then there may be another one.
    if (worker !== thread) return
    thread = undefined
    calls.rejectAll(error)
    onIdle()
  }

  async function end(): Promise<void> {
    if (!calls.isEmpty)
      await new Promise<void>((resolve) => {
        onIdle = resolve
      })
    if (thread) await endThread(thread)
  }

  return {
    call(name, input) {
      if (closing) return Promise.reject(new Error('The metadata store is closed'))
      return new Promise((resolve, reject) => {
        calls.push({ name, input, resolve, reject })
        // Calls of the same turn go together, such as those that follow one batch of replies.
        if (!scheduled) queueMicrotask(send)
        scheduled = true
      })
    },
    close: () => (closing ??= end()),
  }
}

async function endThread(thread: Worker): Promise<void> {
  const ended = once(thread, 'exit').catch(() => {})
  thread.ref()
  thread.postMessage('close')
  await ended
}

/** The thread does not keep the process alive; a call that waits for it does. */
function startWorker(workerData: WorkerOptions): Worker {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js'
  return new Worker(new URL(`./worker.${extension}`, import.meta.url), {
    workerData,
    name: 'wopikit-sqlite',
    // node:sqlite announces itself as experimental on every start.
    execArgv: ['--disable-warning=ExperimentalWarning'],
    resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
  })
}

/** The calls without what only this thread needs. */
function batchOf(calls: readonly WaitingCall[], now: number): Batch {
  return { now, calls: calls.map(({ name, input }) => ({ name, input })) }
}

function settle(call: WaitingCall, reply: Reply | undefined): void {
  if (reply && 'value' in reply) call.resolve(reply.value)
  else call.reject(reply?.error)
}

function stopped(path: string, cause?: unknown): Error {
  const reason = cause instanceof Error ? cause.message : 'its thread ended'
  return new Error(`The metadata store ${path} cannot be used: ${reason}`, { cause })
}
