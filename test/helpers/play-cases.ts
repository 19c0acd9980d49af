import type { Case, Group, Step, Suite } from '../../src/validator/cases/case.ts'
import { type HttpRequest, type HttpResponse, headerOf } from '../../src/validator/http-message.ts'
import type { CaseResult, RunEvent } from '../../src/validator/report.ts'
import { type RunOptions, runCases } from '../../src/validator/run/run-cases.ts'

export const TOKEN = 'secret.token'

export type Answer = Partial<Omit<HttpResponse, 'body'>> & { body?: string }

export function caseOf(requests: readonly Step[], rest: Partial<Case> = {}): Case {
  return {
    name: 'C',
    category: 'WopiCore',
    description: '',
    hasDelay: false,
    cleanup: [],
    ...rest,
    requests,
  }
}

export function suiteOf(
  groups: readonly Partial<Group>[],
  prerequisites: readonly Case[] = [],
): Suite {
  return {
    name: 'own',
    groups: groups.map((group) => ({ name: 'G', prerequisites: [], cases: [], ...group })),
    prerequisites,
    resources: new Map(),
    schemas: new Map(),
  }
}

export interface Played {
  events: RunEvent[]
  results: CaseResult[]
  /** Overrides of what was sent; GET for requests without one. */
  sent: string[]
  slept: number[]
}

/** Runs a suite against a host of one function. */
export async function play(
  suite: Suite,
  respond: (override: string, request: HttpRequest, count: number) => Answer | Error,
  options: Partial<RunOptions> = {},
): Promise<Played> {
  const played: Played = { events: [], results: [], sent: [], slept: [] }
  let time = 0
  const run = runCases({
    suites: [suite],
    endpoint: { wopiSrc: 'https://host.example/f/1', accessToken: TOKEN, accessTokenTtl: 0 },
    now: () => time++,
    withinTime: (work) => work(),
    async sleep(ms) {
      played.slept.push(ms)
    },
    async send(request) {
      const override = headerOf(request.headers, 'X-WOPI-Override') ?? 'GET'
      const answer = respond(override, request, played.sent.push(override))
      if (answer instanceof Error) throw answer
      const { status = 200, headers = [], body = '' } = answer
      return { status, headers, body: new TextEncoder().encode(body) }
    },
    ...options,
  })
  for await (const event of run) {
    played.events.push(event)
    if (event.type === 'end') played.results.push(event.result)
  }
  return played
}
