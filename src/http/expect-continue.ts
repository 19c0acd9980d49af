import type { IncomingMessage, ServerResponse } from 'node:http'

/** Requests whose client waits before it sends the body, and how to ask for it. */
const waiting = new WeakMap<IncomingMessage, ServerResponse>()

/**
 * Notes that the client of a request sends the body only when asked (`Expect: 100-continue`).
 * Whatever reads the body asks for it, such as an adapter that makes a Fetch request of it.
 */
export function holdBody(request: IncomingMessage, response: ServerResponse): void {
  waiting.set(request, response)
  const read = request._read
  request._read = (size) => {
    askForBody(request)
    read.call(request, size)
  }
}

/** Asks a client for the body if the client waits for this. Does nothing the second time. */
export function askForBody(request: IncomingMessage): void {
  const response = waiting.get(request)
  if (!response) return
  waiting.delete(request)
  if (!response.headersSent && !response.destroyed) response.writeContinue()
}
