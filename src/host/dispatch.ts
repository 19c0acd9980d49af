import { OPERATIONS } from '../operations/index.ts'
import type { FilePath, Operation } from '../operations/operation.ts'
import type { HostRequest } from '../ports/exchange.ts'
import { HEADERS } from '../protocol/names.ts'

/** Ids that a file may have; anything else is no file's address. */
const FILE_PATH = /^\/wopi\/files\/([A-Za-z0-9_-]{1,128})(\/contents)?$/

/** Where a request goes. */
export interface Destination {
  fileId: string
  /** Left out when no operation answers this method and override. */
  operation: Operation | undefined
  accessToken: string | undefined
}

/** Finds file, operation and token of a request; `undefined` for an address that is no file's. */
export function dispatch(request: HostRequest): Destination | undefined {
  const [path = '', query = ''] = splitTarget(request.target)
  const [, fileId, contents] = FILE_PATH.exec(path) ?? []
  if (fileId === undefined) return undefined
  const filePath: FilePath = contents ? '/wopi/files/:fileId/contents' : '/wopi/files/:fileId'
  return {
    fileId,
    operation: OPERATIONS.find((operation) => answers(operation, request, filePath)),
    accessToken: readToken(query, request),
  }
}

function answers({ route }: Operation, request: HostRequest, path: FilePath): boolean {
  return (
    route.path === path &&
    route.method === request.method &&
    (route.override === undefined || route.override === request.header(HEADERS.override)) &&
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
  return /^Bearer +(\S+)$/i.exec(request.header('Authorization') ?? '')?.[1]
}
