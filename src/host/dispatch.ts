import { OPERATIONS } from '../operations/index.ts'
import type { Operation, OperationOn, Target } from '../operations/shared/operation.ts'
import type { HostRequest } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** An address of operations, and what applies to every request there. */
interface Address {
  target: Target
  pattern: RegExp
  /** Whether it has room for any text. */
  isOpen: boolean
  proof: 'demanded' | 'none'
  operations: readonly Operation[]
}

const SETTINGS_FILE = ':settingsFile'

const ADDRESSES: readonly Address[] = [...Map.groupBy(OPERATIONS, ({ route }) => route.path)].map(
  ([path, operations]) => ({
    target: operations[0]?.target ?? 'file',
    pattern: patternOf(path),
    isOpen: path.includes(SETTINGS_FILE),
    proof: operations.every(({ proof }) => proof === 'none') ? 'none' : 'demanded',
    operations,
  }),
)

/** The destination of a request about one kind of target. */
interface DestinationAt<At extends Target> {
  target: At
  /** The fileId or containerId; empty for the ecosystem and the bootstrapper. */
  id: string
  /** Left out when no operation has this method and override. */
  operation: OperationOn<At> | undefined
  /** Whether clients send proofs to this address. */
  proof: 'demanded' | 'none'
  accessToken: string | undefined
}

/** The destination of a request. */
export type Destination<At extends Target = Target> = { [T in At]: DestinationAt<T> }[At]

/**
 * Finds target, operation and token of a request; `undefined` when no operation has the address.
 */
export function dispatch(request: HostRequest): Destination | undefined {
  const [path = '', query = ''] = splitTarget(request.target)
  for (const { target, pattern, proof, operations } of ADDRESSES) {
    const match = pattern.exec(path)
    if (!match) continue
    const operation = operations.find((candidate) => answers(candidate, request))
    const accessToken = readToken(query, request)
    // All operations of one address are about the same target.
    return { target, id: match[1] ?? '', operation, proof, accessToken } as Destination
  }
  return undefined
}

/** Whether operations have this path, with room for ids only; it is without a query. */
export function isAddress(path: string): boolean {
  return ADDRESSES.some(({ pattern, isOpen }) => !isOpen && pattern.test(path))
}

/** The methods that an address allows; `undefined` when no operation has the address. */
export function allowedMethods(requestTarget: string): string[] | undefined {
  const [path = ''] = splitTarget(requestTarget)
  const address = ADDRESSES.find(({ pattern }) => pattern.test(path))
  if (!address) return undefined
  const routes = address.operations.map(({ route }) => route)
  const canGet = routes.some(({ method }) => method === 'GET')
  const canPost = routes.some(({ method, orPost }) => method === 'POST' || orPost)
  const canDelete = routes.some(({ method }) => method === 'DELETE')
  return [
    ...(canGet ? ['GET', 'HEAD'] : []),
    ...(canPost ? ['POST'] : []),
    ...(canDelete ? ['DELETE'] : []),
    'OPTIONS',
  ]
}

/** `:fileId` and `:containerId` match any legal id. */
function patternOf(path: string): RegExp {
  const withFile = path.replace(SETTINGS_FILE, '([^?]{1,1024})')
  return new RegExp(`^${withFile.replace(/:\w+/, '([A-Za-z0-9_-]{1,128})')}$`)
}

function answers({ route, target }: Operation, request: HostRequest): boolean {
  // HEAD is allowed wherever GET is (RFC 9110, 9.1).
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const isMethod = route.method === method || (route.orPost && method === 'POST')
  if (!isMethod) return false
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

/** The token of the query, else the token of the Authorization header (page "common-headers"). */
function readToken(query: string, request: HostRequest): string | undefined {
  const fromQuery = new URLSearchParams(query).get('access_token')
  if (fromQuery) return fromQuery
  return readBearer(request)
}

/** The token of the Authorization header. */
export function readBearer(request: HostRequest): string | undefined {
  return /^Bearer +(\S+)$/i.exec(request.header('Authorization') ?? '')?.[1]
}
