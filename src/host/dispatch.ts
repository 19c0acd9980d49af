import { OPERATIONS } from '../operations/index.ts'
import type { Operation, Target } from '../operations/shared/operation.ts'
import type { HostRequest } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** Ids that a file or container may have; anything else is no address. */
const ITEM_PATH = /^\/wopi\/(files|containers)\/([A-Za-z0-9_-]{1,128})(\/[a-z_]{1,32})?$/
const ECOSYSTEM_PATH = /^\/wopi\/ecosystem(\/root_container_pointer)?$/
const BOOTSTRAPPER_PATH = '/wopibootstrapper'
const OPERATION_PATHS: ReadonlySet<string> = new Set(OPERATIONS.map(({ route }) => route.path))

/** Where a request goes. */
export interface Destination {
  target: Target
  /** The fileId or containerId; empty for the ecosystem and the bootstrapper. */
  id: string
  /** Left out when no operation answers this method and override. */
  operation: Operation | undefined
  accessToken: string | undefined
}

interface Place {
  target: Target
  id: string
  /** As operations name it. */
  path: string
}

/** Finds target, operation and token of a request; `undefined` for an address that is none. */
export function dispatch(request: HostRequest): Destination | undefined {
  const [path = '', query = ''] = splitTarget(request.target)
  const place = placeOf(path)
  if (!place || !OPERATION_PATHS.has(place.path)) return undefined
  return {
    target: place.target,
    id: place.id,
    operation: OPERATIONS.find((operation) => answers(operation, request, place.path)),
    accessToken: readToken(query, request),
  }
}

function placeOf(path: string): Place | undefined {
  const [, kind, id = '', suffix = ''] = ITEM_PATH.exec(path) ?? []
  if (kind === 'files') return { target: 'file', id, path: `/wopi/files/:fileId${suffix}` }
  if (kind) return { target: 'container', id, path: `/wopi/containers/:containerId${suffix}` }
  if (path === BOOTSTRAPPER_PATH) return { target: 'bootstrapper', id, path }
  return ECOSYSTEM_PATH.test(path) ? { target: 'ecosystem', id, path } : undefined
}

function answers({ route, target }: Operation, request: HostRequest, path: string): boolean {
  const isMethod = route.method === request.method || (route.orPost && request.method === 'POST')
  if (route.path !== path || !isMethod) return false
  const header = target === 'bootstrapper' ? HEADERS.ecosystemOperation : HEADERS.override
  return (
    (route.override === undefined || route.override === request.header(header)) &&
    (route.withHeader === undefined || request.header(route.withHeader) !== undefined)
  )
}

function splitTarget(target: string): [string, string] {
  const mark = target.indexOf('?')
  return mark < 0 ? [target, ''] : [target.slice(0, mark), target.slice(mark + 1)]
}

/** The token of the query; only without one that of the Authorization header (page "common-headers"). */
function readToken(query: string, request: HostRequest): string | undefined {
  const fromQuery = new URLSearchParams(query).get('access_token')
  if (fromQuery) return fromQuery
  return readBearer(request)
}

/** The token of the Authorization header. */
export function readBearer(request: HostRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.header('Authorization') ?? '')?.[1]
}
