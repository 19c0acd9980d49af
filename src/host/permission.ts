import type { Operation, OperationOn } from '../operations/shared/operation.ts'
import type { Access, Grant } from '../ports/access.ts'
import type { HostRequest } from '../ports/exchange.ts'
import type { DocumentRecord } from '../ports/metadata/documents.ts'
import { WopiError } from '../protocol/errors.ts'
import { decodeLocks, hasTaken, liveLocks } from '../protocol/locks/state.ts'

/** What decides a permission. */
interface Question {
  access: Access
  grant: Grant
  request: HostRequest
}

/**
 * Checks the permission before the host looks for the resource. A user without the permission may
 * go on only to release a lock that may be their own; `requireOwnLock` then decides.
 *
 * @throws WopiError NOT_FOUND
 */
export function requirePermission(operation: Operation | undefined, question: Question): void {
  if (isPermitted(operation, question.grant)) return
  if (operation?.target !== 'file' || namedLock(operation, question) === undefined)
    throw new WopiError('NOT_FOUND')
}

/**
 * Checks, for a user without the permission, that they took this lock and that the application lets
 * them release it.
 *
 * @throws WopiError NOT_FOUND
 */
export async function requireOwnLock(
  operation: OperationOn<'file'> | undefined,
  { document, now }: { document: DocumentRecord; now: number },
  question: Question,
): Promise<void> {
  const { access, grant, request } = question
  if (isPermitted(operation, grant)) return
  const lockId = namedLock(operation, question)
  const { fileId, locks } = document
  const isOwn =
    lockId !== undefined && hasTaken(liveLocks(decodeLocks(locks), now), grant.userId, lockId)
  const { signal } = request
  if (!isOwn || !(await access.mayRelease?.(grant, { fileId, lockId, signal })))
    throw new WopiError('NOT_FOUND')
}

/** Writing includes reading. */
function isPermitted(operation: Operation | undefined, { permissions }: Grant): boolean {
  const wanted = operation?.permission ?? 'read'
  return permissions.has(wanted) || (wanted === 'read' && permissions.has('write'))
}

function namedLock(
  operation: OperationOn<'file'> | undefined,
  { access, request }: Question,
): string | undefined {
  return access.mayRelease && operation?.ownLock?.(request)
}
