import type { IncomingMessage, ServerResponse } from 'node:http'

/** Requests whose client waits to be asked for the body, and how to ask. */
const waiting = new WeakMap<IncomingMessage, ServerResponse>()

/** Notes that the client of a request sends no body before it is asked (`Expect: 100-continue`). */
export function holdBody(request: IncomingMessage, response: ServerResponse): void {
  waiting.set(request, response)
}

/** Asks a client for the body if it waits for that. Does nothing the second time. */
export function askForBody(request: IncomingMessage): void {
  const response = waiting.get(request)
  if (!response) return
  waiting.delete(request)
  if (!response.headersSent && !response.destroyed) response.writeContinue()
}
