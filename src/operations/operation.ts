import type { ContentServices } from '../content/services.ts'
import type { Grant, Permission } from '../ports/access.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import type { DocumentRecord } from '../ports/metadata-store.ts'
import type { Features } from './features.ts'
import type { LockChange, LockRule } from './locking.ts'

/** Where a file's operations are addressed. */
export type FilePath = '/wopi/files/:fileId' | '/wopi/files/:fileId/contents'

/** Which requests an operation answers. */
export interface Route {
  method: 'GET' | 'POST'
  path: FilePath
  /** Value of `X-WOPI-Override`; GET requests need none. */
  override?: string
  /** A header that must be there too, where two operations share an override. */
  withHeader?: string
}

/** What an operation knows when its turn comes: token and permission were checked. */
export interface OperationContext {
  services: ContentServices
  features: Features
  grant: Grant
  /** The document as it stood when the request started. */
  file: DocumentRecord
  /** The store's time at that moment, in ms since 1970 UTC. */
  now: number
  signal: AbortSignal
  /** `changeLocks` on this file. */
  changeLocks<Outcome extends LockChange>(
    rule: LockRule<Outcome>,
  ): Promise<Extract<Outcome, { ok: true }> & { sequenceNumber: number }>
}

/** One WOPI operation, in the order in which a request goes through it. */
export interface OperationDefinition<Input, Result> {
  /** As the protocol's page is called. */
  name: string
  route: Route
  permission: Permission
  /** Whether it is switched on for this file; 501 if not. */
  supported?(features: Features, file: DocumentRecord): boolean
  /** Turns headers into typed input; sees no body and asks no port. */
  read(request: HostRequest): Input
  /** Talks to ports and pulls the body. */
  run(input: Input, context: OperationContext): Promise<Result>
  reply(result: Result): HostReply
  /** Headers for every failure after the permission check. */
  failureHeaders?(
    request: HostRequest,
    context: OperationContext,
  ): Promise<Readonly<Record<string, string>>>
}

/** An operation whose types are closed, so that all fit into one table. */
export interface Operation {
  name: string
  route: Route
  permission: Permission
  supported(features: Features, file: DocumentRecord): boolean
  execute(request: HostRequest, context: OperationContext): Promise<HostReply>
  failureHeaders(
    request: HostRequest,
    context: OperationContext,
  ): Promise<Readonly<Record<string, string>>>
}

/** Closes the types of an operation. */
export function defineOperation<Input, Result>(
  definition: OperationDefinition<Input, Result>,
): Operation {
  const { name, route, permission } = definition
  return {
    name,
    route,
    permission,
    supported: (features, file) => definition.supported?.(features, file) ?? true,
    async execute(request, context) {
      return definition.reply(await definition.run(definition.read(request), context))
    },
    failureHeaders: async (request, context) =>
      (await definition.failureHeaders?.(request, context)) ?? {},
  }
}
