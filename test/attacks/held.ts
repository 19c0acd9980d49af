import { once } from 'node:events'
import { connect, type Socket } from 'node:net'

/** A connection whose client reads nothing. */
export interface Held {
  /** Resolves when the system has taken the bytes, the connection broke, or the time is over. */
  write(bytes: string | Uint8Array): Promise<void>
  /** What has been answered so far: a status, `cut` or `no answer`. It ends the connection. */
  end(): string
}

/** Opens a connection that is not read. */
export async function openHeld(origin: string, over: AbortSignal): Promise<Held> {
  const { hostname, port } = new URL(origin)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let broken = false
  socket.on('error', () => {
    broken = true
  })
  socket.on('close', () => {
    broken = true
  })
  await Promise.race([once(socket, 'connect'), once(socket, 'close')])
  return {
    write: (bytes) => writeOrGiveUp(socket, bytes, over),
    end() {
      const status = statusOf(socket.read())
      socket.destroy()
      return status ?? (broken ? 'cut' : 'no answer')
    },
  }
}

function writeOrGiveUp(
  socket: Socket,
  bytes: string | Uint8Array,
  over: AbortSignal,
): Promise<void> {
  if (over.aborted || socket.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const finish = () => {
      over.removeEventListener('abort', finish)
      socket.off('close', finish)
      resolve()
    }
    over.addEventListener('abort', finish, { once: true })
    socket.once('close', finish)
    socket.write(bytes, finish)
  })
}

function statusOf(bytes: Buffer | null): string | undefined {
  return bytes ? /^HTTP\/1\.1 (\d{3})/.exec(bytes.toString('latin1', 0, 20))?.[1] : undefined
}
