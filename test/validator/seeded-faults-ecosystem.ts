import { OVERRIDES } from '../../src/protocol/names.ts'
import type { HttpRequest, HttpResponse } from '../../src/validator/http-message.ts'
import { type Fault, on, withBody } from './seeded-faults-proxy.ts'

/** Faults of the ecosystem. */
export const ECOSYSTEM_FAULTS: readonly Fault[] = [
  {
    does: 'says of the ecosystem that it has no containers',
    proxy: on('GET', async (request, host) => {
      const answer = await host(request)
      return isEcosystem(request) ? withJson(answer, {}) : answer
    }),
    seenBy: ['EcosystemRules.SaysWhatTheFileSays'],
  },
  {
    does: 'tells everybody about the ecosystem',
    proxy: on('GET', async (request, host) => {
      const answer = await host(request)
      if (!isEcosystem(request) || answer.status === 200) return answer
      return withJson({ ...answer, status: 200 }, { SupportsContainers: true })
    }),
    seenBy: ['EcosystemRules.InvalidToken'],
  },
  {
    does: 'knows its own pages no more',
    proxy: on(OVERRIDES.getFileWopiSrc, async (request, host) => {
      const answer = await host(request)
      return { ...answer, status: 404 }
    }),
    seenBy: ['FileWopiSrc.OfHostViewUrl'],
  },
  {
    does: 'takes any name for that of one file',
    proxy: on(OVERRIDES.getFileWopiSrc, async (request, host) => {
      const answer = await host(request)
      return answer.status === 404 ? { ...answer, status: 200 } : answer
    }),
    seenBy: ['FileWopiSrc.UnknownName'],
  },
]

function isEcosystem({ url }: HttpRequest): boolean {
  return new URL(url).pathname.endsWith('/ecosystem')
}

function withJson(answer: HttpResponse, json: object): HttpResponse {
  return withBody(answer, new TextEncoder().encode(JSON.stringify(json)))
}
