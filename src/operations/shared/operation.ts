import type { Share } from '../../content/bytes/share.ts'
import type { ContentServices } from '../../content/saving/services.ts'
import type { Grant, IssuedToken, Permission, Resource, TokenRequest } from '../../ports/access.ts'
import type { HostReply, HostRequest } from '../../ports/exchange.ts'
import type { DocumentRecord } from '../../ports/metadata/documents.ts'
import type { SettingsFiles } from '../../ports/settings-files.ts'
import type { SignedInUser } from '../../ports/sign-in.ts'
import type { Tree, TreeContainer } from '../../ports/tree.ts'
import type { Features } from './features.ts'
import type { Links } from './links.ts'
import type { LockChange, LockRule } from './locking.ts'

/** Where operations are addressed, by what they are about. `:fileId` and `:containerId` stand for an id. */
export interface Paths {
  file: '/wopi/files/:fileId' | `/wopi/files/:fileId/${string}`
  container: '/wopi/containers/:containerId' | `/wopi/containers/:containerId/${string}`
  ecosystem: '/wopi/ecosystem' | `/wopi/ecosystem/${string}`
  bootstrapper: '/wopibootstrapper'
  settings: '/wopi/settings' | `/wopi/settings/${string}`
}

/** What a request can be about. */
export type Target = keyof Paths

/** Which requests an operation answers. */
export interface Route<At extends Target = Target> {
  method: 'GET' | 'POST' | 'DELETE'
  path: Paths[At]
  /** Whether it also answers a POST, with whatever override no row before it has. */
  orPost?: boolean
  /** Value of `X-WOPI-Override`, or of `X-WOPI-EcosystemOperation` at the bootstrapper; GET needs none. */
  override?: string
  /** A header that must be there too, where two operations share an override. */
  withHeader?: string
}

/** What every operation knows. */
export interface CommonContext {
  services: ContentServices
  features: Features
  tree: Tree
  links: Links
  signal: AbortSignal
  /** What the request takes of the memory and the time that all requests share. */
  share: Share
}

/** Makes a token for this user and another resource; `undefined` when there is no right. */
export type Issue = (
  request: Resource & Pick<TokenRequest, 'use'>,
) => Promise<IssuedToken | undefined>

/** What an operation knows of the token, which was checked. */
export interface TokenContext extends CommonContext {
  grant: Grant
  /** Left out when the application makes no tokens. None outlives the one that came. */
  issue?: Issue
  /**
   * What this user may do with another file, as `issue` and `authenticate` say; `undefined` without
   * a right there.
   */
  grantOn(fileId: string): Promise<Grant | undefined>
}

/** What an operation on a file knows when its turn comes: token and permission were checked. */
export interface OperationContext extends TokenContext {
  /** The document as it stood when the request started. */
  file: DocumentRecord
  /** The store's time at that moment, in ms since 1970 UTC. */
  now: number
  /** Whether the request carried a valid proof of the client's key. */
  proven: boolean
  /** `changeLocks` on this file. */
  changeLocks<Outcome extends LockChange>(
    rule: LockRule<Outcome>,
  ): Promise<Extract<Outcome, { ok: true }> & { sequenceNumber: number }>
}

export interface ContainerContext extends TokenContext {
  /** The container as it stood when the request started. */
  container: TreeContainer
}

export type EcosystemContext = TokenContext

export interface BootstrapperContext extends CommonContext {
  user: SignedInUser
  /** Makes tokens of their full life: the user has just signed in. */
  issue: Issue
}

/** What an operation on settings knows of the token, which is one of this user for any document. */
export interface SettingsContext extends CommonContext {
  grant: Grant
  accessToken: string
  settings: SettingsFiles
}

/** What operations know, by what they are about. */
export interface Contexts {
  file: OperationContext
  container: ContainerContext
  ecosystem: EcosystemContext
  bootstrapper: BootstrapperContext
  settings: SettingsContext
}

/** What dispatch and the stages of a request need to know of an operation. */
export interface OperationTraits<At extends Target> {
  /** As the protocol's page is called. */
  name: string
  route: Route<At>
  permission: Permission
  /** Whether it is there for this resource and this token (default: yes); 501 if not. */
  supported?(context: Contexts[At]): boolean
  /**
   * Whether clients send proofs to its address: `demanded` (default), or `none` where they sign
   * nothing. All operations of one address say the same.
   */
  proof?: 'demanded' | 'none'
  /**
   * Whether a request without a valid proof is let through, for the operation to answer; else it is
   * 500 where proofs are demanded.
   */
  unproven?(request: HostRequest): boolean
  /**
   * Whether it continues what an earlier request has begun. It then takes the document as the host
   * knows it, also while the document is in conflict; all others ask the application that keeps the
   * document first.
   */
  continues?: boolean
  /** Whether it stores something new, so that it is refused when only the reserve of room is left. */
  adds?: boolean
  /**
   * Id of the lock that the request releases: whoever took it needs no permission where the
   * application says so (`Access.mayRelease`).
   */
  ownLock?(request: HostRequest): string | undefined
  /** Headers for every failure after the permission check. */
  failureHeaders?(
    request: HostRequest,
    context: Contexts[At],
  ): Promise<Readonly<Record<string, string>>>
}

/** One WOPI operation, in the order in which a request goes through it. */
export interface OperationDefinition<At extends Target, Input, Result> extends OperationTraits<At> {
  /** Turns headers into typed input; sees no body and asks no port. */
  read(request: HostRequest): Input
  /** Talks to ports and pulls the body. */
  run(input: Input, context: Contexts[At]): Promise<Result>
  reply(result: Result): HostReply
}

/** An operation whose types are closed, so that all fit into one table. */
export interface OperationOn<At extends Target> extends OperationTraits<At> {
  target: At
  execute(request: HostRequest, context: Contexts[At]): Promise<HostReply>
}

export type Operation = { [At in Target]: OperationOn<At> }[Target]

/** Closes the types of an operation on a file. */
export function defineOperation<Input, Result>(
  definition: OperationDefinition<'file', Input, Result>,
): OperationOn<'file'> {
  return close('file', definition)
}

/** Closes the types of an operation on a container. */
export function defineContainerOperation<Input, Result>(
  definition: OperationDefinition<'container', Input, Result>,
): OperationOn<'container'> {
  return close('container', definition)
}

/** Closes the types of an operation on the host's ecosystem. */
export function defineEcosystemOperation<Input, Result>(
  definition: OperationDefinition<'ecosystem', Input, Result>,
): OperationOn<'ecosystem'> {
  return close('ecosystem', definition)
}

/**
 * Closes the types of an operation of the bootstrapper. Its requests carry an OAuth token instead of
 * a WOPI token, so there is neither a permission nor a proof to check.
 */
export function defineBootstrapperOperation<Input, Result>(
  definition: Omit<OperationDefinition<'bootstrapper', Input, Result>, 'permission' | 'proof'>,
): OperationOn<'bootstrapper'> {
  return close('bootstrapper', { ...definition, permission: 'browse', proof: 'none' })
}

/**
 * Closes the types of an operation on settings. They belong to users, not to documents: the application
 * judges who may do what, and clients sign nothing.
 */
export function defineSettingsOperation<Input, Result>(
  definition: Omit<OperationDefinition<'settings', Input, Result>, 'permission' | 'proof'>,
): OperationOn<'settings'> {
  return close('settings', { ...definition, permission: 'read', proof: 'none' })
}

function close<At extends Target, Input, Result>(
  target: At,
  { read, run, reply, ...traits }: OperationDefinition<At, Input, Result>,
): OperationOn<At> {
  return {
    ...traits,
    target,
    execute: async (request, context) => reply(await run(read(request), context)),
  }
}
