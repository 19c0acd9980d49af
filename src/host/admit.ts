import type { HolderNames } from '../content/bytes/memory-holder.ts'
import { requireRoom } from '../content/packs/room.ts'
import type { ContentServices } from '../content/saving/services.ts'
import type { Features } from '../operations/shared/features.ts'
import type { Links } from '../operations/shared/links.ts'
import { changeLocks } from '../operations/shared/locking.ts'
import type {
  BootstrapperContext,
  CommonContext,
  ContainerContext,
  Contexts,
  Issue,
  OperationContext,
  SettingsContext,
  Target,
  TokenContext,
} from '../operations/shared/operation.ts'
import type { Access, Grant, IssuedToken, Resource } from '../ports/access.ts'
import type { HostReply, HostRequest } from '../ports/exchange.ts'
import type { SignIn } from '../ports/sign-in.ts'
import type { Tree } from '../ports/tree.ts'
import { WopiError } from '../protocol/errors.ts'
import { HEADERS } from '../protocol/names.ts'
import { isUserId, USER_ID_MAX_BYTES } from '../protocol/user-ids.ts'
import { challengeHeader } from './challenge.ts'
import { type Destination, readBearer } from './dispatch.ts'
import { endWithReply, type ShareSlot } from './end-share.ts'
import { requireOwnLock, requirePermission } from './permission.ts'
import { requirePlainBody } from './plain-body.ts'

/** What admission needs to know and to call. */
export interface AdmissionServices {
  content: ContentServices
  features: Features
  access: Access
  tree: Tree
  links: Links
  signIn?: SignIn
}

/** A request that passed the checks. */
export interface Admitted {
  /** @throws WopiError NOT_SUPPORTED when no operation has this method and override */
  execute(): Promise<HostReply>
  failureHeaders(): Promise<Readonly<Record<string, string>>>
}

/** Checks token, resource and permission, in this order. */
export async function admit<At extends Target>(
  services: AdmissionServices,
  request: HostRequest,
  destination: Destination<At>,
  proven: boolean,
): Promise<Admitted> {
  const { operation } = destination
  const slot: ShareSlot = {}
  const context = await CONTEXTS[destination.target](services, request, {
    destination,
    proven,
    slot,
  })
  return {
    async execute() {
      if (!operation) throw new WopiError('NOT_SUPPORTED')
      if (operation.supported?.(context) === false)
        throw new WopiError('NOT_SUPPORTED', {
          detail: `This host does not offer ${operation.name} for this resource or token`,
        })
      requirePlainBody(request)
      if (operation.adds) await requireRoom(services.content)
      return endWithReply(
        () => operation.execute(request, context),
        slot,
        () => context.share,
      )
    },
    failureHeaders: async () => operation?.failureHeaders?.(request, context) ?? {},
  }
}

/** Builds the context that an operation gets. */
type MakeContext<At extends Target> = (
  services: AdmissionServices,
  request: HostRequest,
  asked: Asked<At>,
) => Promise<Contexts[At]>

/** What the checks know of a request. */
interface Asked<At extends Target = Target> {
  destination: Destination<At>
  proven: boolean
  slot: ShareSlot
}

const CONTEXTS: { readonly [At in Target]: MakeContext<At> } = {
  file: fileContext,
  container: containerContext,
  ecosystem: (services, request, asked) => tokenContext(services, request, asked, {}),
  bootstrapper: bootstrapperContext,
  settings: settingsContext,
}

async function fileContext(
  services: AdmissionServices,
  request: HostRequest,
  asked: Asked<'file'>,
): Promise<OperationContext> {
  const { content } = services
  const { destination, proven } = asked
  const { id: fileId, operation } = destination
  const context = await tokenContext(services, request, asked, { fileId })
  const found = await content.findDocument(fileId, {
    continues: operation?.continues ?? false,
    get signal() {
      return request.signal
    },
  })
  if (!found) throw new WopiError('NOT_FOUND')
  const { access } = services
  await requireOwnLock(operation, found, { access, grant: context.grant, request })
  const own: Pick<OperationContext, 'file' | 'now' | 'proven' | 'changeLocks'> = {
    file: found.document,
    now: found.now,
    proven,
    changeLocks: (rule) => changeLocks(content.metadata, fileId, rule),
  }
  return extend(context, own)
}

async function containerContext(
  services: AdmissionServices,
  request: HostRequest,
  asked: Asked<'container'>,
): Promise<ContainerContext> {
  const { id: containerId } = asked.destination
  const context = await tokenContext(services, request, asked, { containerId })
  const container = await services.tree.container(containerId)
  if (!container)
    throw new WopiError('NOT_FOUND', {
      detail: 'The container does not exist, or the user may not do this to it',
    })
  return extend(context, { container })
}

async function bootstrapperContext(
  services: AdmissionServices,
  request: HostRequest,
  { destination, slot }: Asked<'bootstrapper'>,
): Promise<BootstrapperContext> {
  const { signIn, access } = services
  if (!signIn || !access.issue) throw new WopiError('NOT_SUPPORTED')
  const token = readBearer(request)
  const sessionContext = request.header(HEADERS.sessionContext)
  const user =
    token === undefined
      ? undefined
      : await signIn.authenticate(token, {
          ...(sessionContext !== undefined && { sessionContext }),
          signal: request.signal,
        })
  if (!user)
    throw new WopiError('INVALID_TOKEN', {
      detail: 'The OAuth access token is missing, expired or not valid',
      headers: { 'WWW-Authenticate': challengeHeader(signIn) },
    })
  requireUserId(user, 'SignIn.authenticate')
  const issue: Issue = async (resource) => access.issue?.({ user, ...resource })
  const operation = destination.operation?.name ?? 'Unknown'
  const names = { userId: user.userId, documentKey: '', operation }
  return extend(commonContext(services, request, slot, names), { user, issue })
}

async function settingsContext(
  services: AdmissionServices,
  request: HostRequest,
  { destination: { operation, accessToken }, slot }: Asked<'settings'>,
): Promise<SettingsContext> {
  const { access, features } = services
  const { settings } = features
  if (!settings) throw new WopiError('NOT_SUPPORTED')
  if (accessToken === undefined) throw new WopiError('INVALID_TOKEN')
  const name = operation?.name ?? 'Unknown'
  const grant = await access.authenticate(accessToken, { operation: name, signal: request.signal })
  if (!grant) throw new WopiError('INVALID_TOKEN')
  requireUserId(grant, 'Access.authenticate')
  const names = { userId: grant.userId, documentKey: '', operation: name }
  return extend(commonContext(services, request, slot, names), { grant, accessToken, settings })
}

async function tokenContext(
  services: AdmissionServices,
  request: HostRequest,
  { destination: { operation, accessToken }, slot }: Asked,
  resource: Resource,
): Promise<TokenContext> {
  const { access } = services
  if (accessToken === undefined) throw new WopiError('INVALID_TOKEN')
  const grant = await access.authenticate(accessToken, {
    ...resource,
    operation: operation?.name ?? 'Unknown',
    // Created only on demand: a signal for every request costs more than a small reply.
    get signal() {
      return request.signal
    },
  })
  if (!grant) throw new WopiError('INVALID_TOKEN')
  requireUserId(grant, 'Access.authenticate')
  requirePermission(operation, { access, grant, request })
  const issue = access.issue && issueFor(access, grant)
  const names = {
    userId: grant.userId,
    documentKey: resource.fileId ?? resource.containerId ?? '',
    operation: operation?.name ?? 'Unknown',
  }
  return extend(commonContext(services, request, slot, names), {
    grant,
    ...(issue && { issue }),
    async grantOn(fileId: string) {
      const token = await issue?.({ fileId })
      const asked = { fileId, operation: operation?.name ?? 'Unknown', signal: request.signal }
      return token && access.authenticate(token.accessToken, asked)
    },
  })
}

/** @throws WopiError INTERNAL for a user id that no store and no client can take */
function requireUserId({ userId }: { userId: unknown }, source: string): void {
  if (isUserId(userId)) return
  const shown = JSON.stringify(userId)?.slice(0, 80)
  throw new WopiError('INTERNAL', {
    detail: `${source} must give a userId of 1 to ${USER_ID_MAX_BYTES} bytes without control characters, not ${shown}`,
  })
}

function commonContext(
  { content, features, tree, links }: AdmissionServices,
  request: HostRequest,
  slot: ShareSlot,
  names: HolderNames,
): CommonContext {
  return {
    services: content,
    features,
    tree,
    links,
    get signal() {
      return request.signal
    },
    get share() {
      slot.share ??= content.openShare(names, request.signal)
      return slot.share
    },
  }
}

/**
 * A token derived from another one never outlives it, so that nobody keeps access forever by
 * trading tokens (page "Key concepts", preventing token trading).
 */
function issueFor(access: Access, grant: Grant): Issue {
  const { userId, displayName } = grant
  return async (resource) => {
    const issued = await access.issue?.({ user: { userId, displayName }, from: grant, ...resource })
    if (issued && grant.expiresAt > 0 && !endsUntil(grant.expiresAt, issued))
      throw new WopiError('INTERNAL', {
        detail:
          'Access.issue returned a token that outlives the token of the request; its expiry must not be later',
      })
    return issued
  }
}

/** Whether a token has expired at a time. An expiry of 0 means never, as in `access_token_ttl`. */
function endsUntil(time: number, { accessTokenTtl }: IssuedToken): boolean {
  return accessTokenTtl > 0 && accessTokenTtl <= time
}

/** Adds properties to a context without creating its signal. */
function extend<Base extends object, More extends object>(base: Base, more: More): Base & More {
  return Object.assign(base, more)
}
