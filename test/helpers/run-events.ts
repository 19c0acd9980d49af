import type { CaseResult, GroundLost, RunEvent, ShownExchange } from '../../src/validator/report.ts'

/** Names and texts as a hostile suite or host would choose them. */
export const HOSTILE =
  ']]> <script>alert("1")</script> & \'x\' # TODO \\\nnot ok 9 \u0000\u001b[2J \ud800'

export function aCase(change: Partial<CaseResult> = {}): CaseResult {
  return {
    group: 'Locks',
    name: 'Locks.Happy',
    category: 'WopiCore',
    description: '',
    verdict: 'pass',
    failures: [],
    exchanges: [],
    durationMs: 12,
    ...change,
  }
}

export function aSkip(skipReason: string, change: Partial<CaseResult> = {}): CaseResult {
  return aCase({ verdict: 'skip', skipReason, ...change })
}

export function aFailure(change: Partial<CaseResult> = {}): CaseResult {
  return aCase({
    verdict: 'fail',
    name: 'Locks.Mismatch',
    description: 'A lock that does not match is refused',
    failures: [
      {
        operation: 'Lock',
        message: 'status is 200, not 409',
        clause: { page: 'Lock', rule: 'A mismatch is answered with 409' },
      },
    ],
    exchanges: [anExchange()],
    ...change,
  })
}

export function anExchange(change: Partial<ShownExchange> = {}): ShownExchange {
  return {
    operation: 'Lock',
    method: 'POST',
    url: 'https://docs.example/wopi/files/f1?access_token=…',
    requestHeaders: [['X-WOPI-Override', 'LOCK']],
    requestBody: '',
    response: { status: 200, headers: [['X-WOPI-Lock', '']], body: '{"a":1}' },
    durationMs: 3,
    ...change,
  }
}

/** The document is gone in the case of {@link aFailure}. */
export const LOST: GroundLost = {
  kind: 'document-gone',
  message: 'CheckFileInfo answers 404.',
  advice: 'Look at the rename.',
  case: 'Locks.Mismatch',
}

/** Every text of it is hostile. */
export function aHostileFailure(): CaseResult {
  const pair = [HOSTILE, HOSTILE] as const
  return aFailure({
    group: HOSTILE,
    name: HOSTILE,
    description: HOSTILE,
    failures: [{ operation: HOSTILE, message: HOSTILE, clause: { page: HOSTILE, rule: HOSTILE } }],
    exchanges: [
      anExchange({
        operation: HOSTILE,
        url: HOSTILE,
        requestHeaders: [pair],
        requestBody: HOSTILE,
        response: { status: 500, headers: [pair], body: HOSTILE },
      }),
    ],
  })
}

/** What a run tells whose cases end like this. */
export function eventsOf(
  results: readonly CaseResult[],
  {
    cases = results.length,
    leftOut = 0,
    stopped,
  }: { cases?: number; leftOut?: number; stopped?: GroundLost } = {},
): RunEvent[] {
  const count = (verdict: string) =>
    results.filter((one) => one.verdict === verdict && !one.notApplicable).length
  const totals = { passed: count('pass'), failed: count('fail'), skipped: count('skip') }
  return [
    { type: 'start', wopiSrc: 'https://docs.example/wopi/files/f1', cases, leftOut },
    ...results.flatMap((result, index): RunEvent[] => [
      { type: 'begin', group: result.group, name: result.name, index },
      { type: 'end', result, index },
    ]),
    { type: 'done', totals, durationMs: 1234, ...(stopped && { stopped }) },
  ]
}

/** What a reporter writes for these events. */
export function written(
  createReporter: (write: (text: string) => void) => (event: RunEvent) => void,
  events: readonly RunEvent[],
): string {
  let text = ''
  const report = createReporter((more) => {
    text += more
  })
  for (const event of events) report(event)
  return text
}
