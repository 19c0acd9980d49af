import { RevisionGoneError } from '../ports/document-source.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import type { Log } from '../ports/log.ts'
import { WopiError } from '../protocol/errors.ts'
import { headerValue } from '../protocol/headers.ts'
import { HEADERS } from '../protocol/names.ts'
import { type AdmissionServices, type Admitted, admit } from './admit.ts'
import { allowedMethods, type Destination, dispatch } from './dispatch.ts'
import { loggedText } from './logged.ts'

/** What the handler needs. */
export interface HostServices extends AdmissionServices {
  log: Log
  /**
   * Checks that the request comes from the client whose keys are known. Left out where the host
   * does not require proofs.
   *
   * @throws WopiError PROOF_INVALID
   */
  checkProof?: (request: HostRequest) => Promise<void>
}

/** Handles one request. Never rejects. */
export type Handler = (request: HostRequest) => Promise<HostReply>

/**
 * Creates the handler: the stages of every request, and the one place where an error becomes a
 * reply.
 */
export function createHandler(services: HostServices): Handler {
  return async (request) => {
    if (request.method === 'OPTIONS') return optionsReply(request)
    const destination = dispatch(request)
    if (!destination) return failure(new WopiError('NO_SUCH_ROUTE'), undefined)
    let admitted: Admitted | undefined
    try {
      const proven = await prove(services, request, destination)
      admitted = await admit(services, request, destination, proven)
      const reply = await admitted.execute().catch(async (error) => {
        // What the application has thrown away is found in another place, or in a newer revision.
        if (!(error instanceof RevisionGoneError) || !hasNoBody(request)) throw error
        admitted = await admit(services, request, destination, proven)
        return admitted.execute()
      })
      return named(request.method === 'HEAD' ? await withoutBody(reply) : reply, destination)
    } catch (error) {
      // An error here must not replace the failure of the operation.
      const extra = (await admitted?.failureHeaders().catch(() => undefined)) ?? {}
      return failure(refusalOf(services.log, request, destination, error), destination, extra)
    }
  }
}

function hasNoBody({ method }: HostRequest): boolean {
  return method === 'GET' || method === 'HEAD'
}

/** The reply to OPTIONS: the methods of an address. It needs no token. */
function optionsReply({ target }: HostRequest): HostReply {
  const methods = allowedMethods(target)
  if (!methods) return failure(new WopiError('NO_SUCH_ROUTE'), undefined)
  return { status: 204, headers: { Allow: methods.join(', ') } }
}

/** The reply to HEAD: the reply to GET without its body (RFC 9110, 9.3.2). */
async function withoutBody({ body, ...reply }: HostReply): Promise<HostReply> {
  if (body instanceof Uint8Array) return { ...reply, contentLength: body.length }
  await body?.[Symbol.asyncDispose]()
  return reply
}

/** Whether the request has a valid proof. Refuses the request where it must have one. */
async function prove(
  { checkProof }: HostServices,
  request: HostRequest,
  destination: Destination,
): Promise<boolean> {
  if (!checkProof || destination.proof === 'none') return false
  try {
    await checkProof(request)
    return true
  } catch (error) {
    const refused = error instanceof WopiError && error.code === 'PROOF_INVALID'
    if (refused && destination.operation?.unproven?.(request)) return false
    throw error
  }
}

/** The failure that the client is told. Logs every other error with its stack. */
function refusalOf(
  log: Log,
  request: HostRequest,
  { operation, target, id }: Destination,
  error: unknown,
): WopiError {
  if (error instanceof WopiError && error.code !== 'INTERNAL') {
    // The application's developer must see this, and reads no replies to clients.
    if (error.code === 'BODY_CONSUMED') log.error({ operation: operation?.name }, error.message)
    return error
  }
  if (request.signal.aborted && error === request.signal.reason)
    return new WopiError('BODY_INVALID', {
      detail: 'The client closed the connection before the reply',
    })
  const correlationId = loggedText(request.header(HEADERS.correlationId))
  const subject = target === 'container' ? { containerId: id } : { fileId: id }
  const fields = { operation: operation?.name, ...subject, correlationId }
  log.error({ err: error, ...fields }, 'A request failed')
  return new WopiError('INTERNAL', { cause: error })
}

function failure(
  error: WopiError,
  destination: Destination | undefined,
  extra: Readonly<Record<string, string>> = {},
): HostReply {
  const reason = headerValue(error.message)
  const headers: Record<string, string> = {
    ...extra,
    ...error.headers,
    [HEADERS.failureReason]: reason,
    [HEADERS.failureCode]: error.code,
  }
  if (error.status >= 500) headers[HEADERS.serverError] = reason
  return named({ status: error.status, headers, ...failureBody(error, headers) }, destination)
}

function failureBody({ body }: WopiError, headers: Record<string, string>): Partial<HostReply> {
  if (body === undefined) return {}
  headers['Content-Type'] = 'application/json'
  return { body: new TextEncoder().encode(JSON.stringify(body)) }
}

function named(reply: HostReply, destination: Destination | undefined): HostReply {
  const operation = destination?.operation
  return operation ? { ...reply, operation: operation.name } : reply
}
