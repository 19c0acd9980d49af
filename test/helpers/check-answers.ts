import type { Validator } from '../../src/validator/cases/validator.ts'
import { checkAnswer } from '../../src/validator/checks/check-answer.ts'
import type { CheckContext } from '../../src/validator/checks/check-context.ts'
import type { HttpResponse } from '../../src/validator/http-message.ts'
import { withinTime } from '../../src/validator/node-time-limit.ts'

export const NOW = Date.UTC(2026, 0, 1)
export const CONTEXT: CheckContext = {
  state: new Map([
    ['Version', 'V1'],
    ['Number', '7'],
    ['Yes', 'True'],
    ['Empty', ''],
  ]),
  suite: {
    resources: new Map([['Doc', { id: 'Doc', path: 'doc', bytes: utf8('document') }]]),
    schemas: new Map([
      ['Named', { type: 'object', required: ['Name'], properties: { Name: { type: 'string' } } }],
      ['Elsewhere', { properties: { Name: { $ref: 'http://127.0.0.1:1/schema.json' } } }],
      ['Endless', { $ref: '#' }],
      ['Slow', { properties: { Name: { pattern: '^(a+)+$' } } }],
    ]),
  },
  now: () => NOW,
  withinTime,
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function answer(
  parts: { status?: number; headers?: [string, string][]; body?: string } = {},
) {
  const { status = 200, headers = [], body = '' } = parts
  return { status, headers, body: utf8(body) } satisfies HttpResponse
}

export async function passes(response: HttpResponse, validators?: Validator[]): Promise<boolean> {
  return (await checkAnswer(response, validators, CONTEXT)).length === 0
}
