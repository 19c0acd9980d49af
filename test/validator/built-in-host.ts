import type { HostReply, HostRequest } from '../../src/ports/exchange.ts'
import type {
  HttpRequest,
  HttpResponse,
  Send,
  SendPipelined,
} from '../../src/validator/http-message.ts'
import { headerOf } from '../../src/validator/http-message.ts'
import type { CaseResult } from '../../src/validator/report.ts'
import type { World } from '../../src/validator/run/case-run.ts'
import { type RunOptions, runCases } from '../../src/validator/run/run-cases.ts'
import { SUITES } from '../../src/validator/suites/index.ts'
import {
  BASE_URL,
  concat,
  createTestHost,
  once,
  type TestHost,
  type TestStores,
} from '../helpers/test-host.ts'

export type BuiltInOptions = Pick<
  NonNullable<Parameters<typeof createTestHost>[0]>,
  'content' | 'features'
>

/** What stands between the validator and a host over stores in memory. */
export interface Wrapping {
  /** Stands in front of the host like a proxy. */
  proxy?: (host: Send) => Send
  /** Stands in front of a host that carries out pipelined requests in order. */
  pipelined?: (host: SendPipelined) => SendPipelined
  stores?: (stores: TestStores) => TestStores
}

/** A host in this process, and what a run needs of the world; waiting moves the host's clock. */
export interface BuiltInHost {
  host: TestHost
  world: Omit<World, 'proof' | 'signal'>
}

export async function openBuiltInHost(
  options: BuiltInOptions = {},
  { proxy = (host) => host, pipelined = (send) => send, stores }: Wrapping = {},
): Promise<BuiltInHost> {
  const wrapStores = stores && { wrapStores: stores }
  const host = await createTestHost({ inTree: true, ...options, ...wrapStores })
  const send: Send = async (request) => toResponse(await host.handler(toHostRequest(request)))
  const wopiSrc = `${BASE_URL}/wopi/files/${host.fileId}`
  return {
    host,
    world: {
      endpoint: { wopiSrc, accessToken: 'alice:all', accessTokenTtl: 0 },
      send: proxy(send),
      sendPipelined: pipelined(inOrder(proxy(send))),
      sendsAbsoluteForm: true,
      now: host.now,
      withinTime: (work) => work(),
      sleep: async (ms) => host.advance(ms),
    },
  }
}

/** Runs built-in cases; `afterEach` may look at the host. */
export async function runBuiltIn(
  world: BuiltInHost['world'],
  options: Pick<RunOptions, 'selection' | 'delays'> = { delays: true },
  afterEach: (result: CaseResult) => Promise<void> | void = () => {},
): Promise<CaseResult[]> {
  const results: CaseResult[] = []
  for await (const event of runCases({ suites: SUITES, ...world, ...options })) {
    if (event.type !== 'end') continue
    results.push(event.result)
    await afterEach(event.result)
  }
  return results
}

export function describeResult({ name, skipReason, failures }: CaseResult): string {
  return `${name}: ${skipReason ?? failures.map(({ message }) => message).join('; ')}`
}

function inOrder(send: Send): SendPipelined {
  return async (requests) => {
    const answers: HttpResponse[] = []
    for (const request of requests) answers.push(await send(request))
    return answers
  }
}

function toHostRequest({
  method,
  url,
  headers,
  body = new Uint8Array(0),
}: HttpRequest): HostRequest {
  return {
    method,
    target: url.slice(BASE_URL.length),
    header: (name) => headerOf(headers, name) || undefined,
    contentLength: body.length,
    body: once(body),
    signal: new AbortController().signal,
  }
}

async function toResponse({
  status,
  headers,
  body,
  contentLength,
}: HostReply): Promise<HttpResponse> {
  const parts: Uint8Array[] = []
  if (body instanceof Uint8Array) parts.push(body)
  else if (body) {
    await using opened = body
    for await (const bytes of opened) parts.push(new Uint8Array(bytes))
  }
  const whole = concat(parts)
  const length = String(contentLength ?? whole.length)
  return { status, headers: [...Object.entries(headers), ['Content-Length', length]], body: whole }
}
