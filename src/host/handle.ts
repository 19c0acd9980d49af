import type { ContentServices } from '../content/services.ts'
import type { Features } from '../operations/features.ts'
import { changeLocks } from '../operations/locking.ts'
import type { Operation, OperationContext } from '../operations/operation.ts'
import type { Access, Grant } from '../ports/access.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import type { Log } from '../ports/log.ts'
import { WopiError } from '../protocol/errors.ts'
import { headerValue } from '../protocol/headers.ts'
import { HEADERS } from '../protocol/names.ts'
import { type Destination, dispatch } from './dispatch.ts'

/** What requests are answered with. */
export interface HostServices {
  content: ContentServices
  features: Features
  access: Access
  log: Log
}

/** Answers one request; never rejects. */
export type Handler = (request: HostRequest) => Promise<HostReply>

/**
 * Creates the handler: the stages that every request goes through, and the one place where an error
 * becomes an answer.
 */
export function createHandler(services: HostServices): Handler {
  return async (request) => {
    const destination = dispatch(request)
    if (!destination) return failure(new WopiError('NO_SUCH_ROUTE'), undefined)
    const { operation } = destination
    let context: OperationContext | undefined
    try {
      context = await admit(services, request, destination)
      const running = requireSupported(operation, context)
      return named(await running.execute(request, context), operation)
    } catch (error) {
      const extra = await failureHeaders(operation, request, context)
      return failure(refusalOf(services.log, request, operation, error), operation, extra)
    }
  }
}

/** Checks token, file and permission, in this order. */
async function admit(
  { access, content, features }: HostServices,
  request: HostRequest,
  { fileId, operation, accessToken }: Destination,
): Promise<OperationContext> {
  if (accessToken === undefined) throw new WopiError('INVALID_TOKEN')
  const name = operation?.name ?? 'Unknown'
  const grant = await access.authenticate(accessToken, {
    fileId,
    operation: name,
    // Signals are made when they are asked for: one for every request costs more than a small answer.
    get signal() {
      return request.signal
    },
  })
  if (!grant) throw new WopiError('INVALID_TOKEN')
  requirePermission(grant, operation)
  const found = await content.metadata.readDocument(fileId)
  if (!found) throw new WopiError('NOT_FOUND')
  return {
    services: content,
    features,
    grant,
    file: found.document,
    now: found.now,
    get signal() {
      return request.signal
    },
    changeLocks: (rule) => changeLocks(content.metadata, fileId, rule),
  }
}

/** Writing includes reading. */
function requirePermission({ permissions }: Grant, operation: Operation | undefined): void {
  const may =
    permissions.has('write') || (operation?.permission !== 'write' && permissions.has('read'))
  if (!may) throw new WopiError('NOT_FOUND')
}

function requireSupported(
  operation: Operation | undefined,
  { features, file }: OperationContext,
): Operation {
  if (!operation) throw new WopiError('NOT_SUPPORTED')
  if (!operation.supported(features, file))
    throw new WopiError('NOT_SUPPORTED', { detail: `${operation.name} is switched off here` })
  return operation
}

/** What an error means to the client. What is not meant for it is logged here, with its stack. */
function refusalOf(
  log: Log,
  request: HostRequest,
  operation: Operation | undefined,
  error: unknown,
): WopiError {
  if (error instanceof WopiError && error.code !== 'INTERNAL') return error
  if (request.signal.aborted && error === request.signal.reason)
    return new WopiError('BODY_INVALID', { detail: 'The client is gone' })
  const correlationId = request.header(HEADERS.correlationId)
  log.error({ err: error, operation: operation?.name, correlationId }, 'A request failed')
  return new WopiError('INTERNAL', { cause: error })
}

/** Headers that an operation adds to its failures; never a reason for another failure. */
async function failureHeaders(
  operation: Operation | undefined,
  request: HostRequest,
  context: OperationContext | undefined,
): Promise<Readonly<Record<string, string>>> {
  if (!context || !operation) return {}
  return operation.failureHeaders(request, context).catch(() => ({}))
}

function failure(
  error: WopiError,
  operation: Operation | undefined,
  extra: Readonly<Record<string, string>> = {},
): HostReply {
  const reason = headerValue(error.message)
  const headers: Record<string, string> = {
    ...extra,
    ...error.headers,
    [HEADERS.failureReason]: reason,
  }
  if (error.status >= 500) headers[HEADERS.serverError] = reason
  return named({ status: error.status, headers }, operation)
}

function named(reply: HostReply, operation: Operation | undefined): HostReply {
  return operation ? { ...reply, operation: operation.name } : reply
}
