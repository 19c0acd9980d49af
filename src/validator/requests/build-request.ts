import { HEADERS } from '../../protocol/names.ts'
import type { Suite } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { HeaderLine, HttpRequest } from '../http-message.ts'
import {
  type Endpoint,
  fileAddress,
  tokenOf,
  withoutToken,
  withSuffix,
  withToken,
} from './addresses.ts'
import { alteredToken } from './altered-token.ts'
import { CaseError } from './case-error.ts'
import { partsOf } from './operation-parts.ts'
import { type ProofSigner, proofHeaders } from './proof-headers.ts'
import { resolve, type State } from './state.ts'

/** What a request is built from, beside itself. */
export interface RequestContext {
  endpoint: Endpoint
  resources: Suite['resources']
  state: State
  /** Sent only for cases that Microsoft's validator sends it for. */
  userAgent?: string | undefined
  /** Without it nothing is signed. */
  proof?: ProofSigner | undefined
  /** In ms since 1970 UTC. */
  now(): number
}

/** Never sent to the file itself: they would delete it, or are no requests to a WOPI endpoint. */
const NEED_ADDRESS: readonly Request['operation'][] = [
  'DeleteFile',
  'DeleteContainer',
  'GetFromFileUrl',
  'PutToFileUrl',
]
const INVALID_TOKEN = 'INVALID'

/**
 * Makes a request ready to be sent, as Microsoft's validator sends it: token in address and header,
 * no Content-Type, booleans as `True` and `False`.
 *
 * @throws CaseError when it needs a value or a file that is not there
 */
export async function buildRequest(
  request: Request,
  context: RequestContext,
): Promise<HttpRequest & { accessToken: string }> {
  const {
    method = 'POST',
    suffix = '',
    override,
    headers = [],
    body,
  } = await partsOf(request, context)
  const { url, accessToken } = addressOf(request, suffix, context)
  const lines: HeaderLine[] = []
  for (const [name, value] of headers) if (value !== undefined) lines.push([name, value])
  if (override) lines.push([HEADERS.override, override])
  if (request.ifNoneMatch !== undefined)
    lines.push(['If-None-Match', resolve(context.state, request.ifNoneMatch)])
  if (context.userAgent) lines.push(['User-Agent', context.userAgent])
  if (sendsToken(request)) {
    if (context.proof) {
      lines.push(
        ...(await proofHeaders(
          { accessToken, url, now: context.now() },
          context.proof,
          request.proof,
        )),
      )
    }
    lines.push(['Authorization', `Bearer ${accessToken}`])
  }
  return {
    method: request.head ? 'HEAD' : method,
    url,
    headers: lines,
    accessToken,
    ...(body && { body }),
    ...(request.absoluteForm && { absoluteForm: true }),
  }
}

function sendsToken(request: Request): boolean {
  const { operation } = request
  if (operation === 'Raw') return !request.withoutToken
  return operation !== 'GetFromFileUrl' && operation !== 'PutToFileUrl'
}

function addressOf(
  request: Request,
  suffix: string,
  { endpoint, state }: RequestContext,
): { url: string; accessToken: string } {
  const own = request.url === undefined ? undefined : resolve(state, request.url)
  if (own === undefined && NEED_ADDRESS.includes(request.operation)) {
    throw new CaseError(`${request.operation} needs an address`)
  }
  const plain = asSent(own === undefined ? fileAddress(endpoint, suffix) : withSuffix(own, suffix))
  if (request.operation === 'Raw' && request.withoutToken) {
    return { url: withoutToken(plain), accessToken: '' }
  }
  if (request.invalidToken) {
    return { url: withToken(plain, INVALID_TOKEN), accessToken: INVALID_TOKEN }
  }
  const accessToken = tokenOf(plain) ?? ''
  if (request.alterToken === undefined) return { url: plain, accessToken }
  const altered = alteredToken(accessToken, request.alterToken)
  return { url: withToken(plain, altered), accessToken: altered }
}

/** The address as it goes over the wire, which is what proofs sign. */
function asSent(address: string): string {
  if (!URL.canParse(address)) throw new CaseError(`${withoutToken(address)} is not an address`)
  const url = new URL(address)
  url.hash = ''
  return url.href
}
