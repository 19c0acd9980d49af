import type { Validator } from '../cases/validator.ts'
import { type HttpResponse, headerOf } from '../http-message.ts'
import { bytesOf, firstDifference } from '../requests/content.ts'
import { resolve } from '../requests/state.ts'
import type { CheckContext, Problem } from './check-context.ts'
import { checkFrames } from './check-frames.ts'
import { checkHeader } from './check-header.ts'
import { checkJson, checkSchema } from './check-json.ts'

const DEFAULT_VALIDATORS: readonly Validator[] = [{ check: 'status', expected: 200 }]

/**
 * All that is wrong with an answer; empty when nothing is. Whatever the validators are, its
 * Content-Length has to be the length of its body.
 */
export async function checkAnswer(
  answer: HttpResponse,
  validators: readonly Validator[] = DEFAULT_VALIDATORS,
  context: CheckContext,
): Promise<Problem[]> {
  const problems = hasBody(answer, context) ? checkContentLength(answer) : []
  for (const validator of validators) problems.push(...(await check(answer, validator, context)))
  return problems
}

async function check(
  answer: HttpResponse,
  validator: Validator,
  context: CheckContext,
): Promise<Problem[]> {
  const problems = await run(answer, validator, context)
  const { message, clause } = validator
  return problems.map((problem) => ({
    validator,
    ...problem,
    ...(message !== undefined && { message }),
    ...(clause && { clause }),
  }))
}

async function run(
  answer: HttpResponse,
  validator: Validator,
  context: CheckContext,
): Promise<Problem[]> {
  switch (validator.check) {
    case 'status':
      return checkStatus(answer, [validator.expected].flat())
    case 'header':
      return checkHeader(answer, validator, context.state)
    case 'lockMismatch':
      return checkLockMismatch(answer, resolve(context.state, validator.expectedLock), context)
    case 'body':
      return checkBody(answer, bytesOf(validator.expected, context.suite.resources))
    case 'json':
      return checkJson(answer, validator, context)
    case 'schema':
      return checkSchema(answer, validator.schema, context)
    case 'frames':
      return checkFrames(answer, validator, context)
    case 'and':
      return (await checkEach(answer, validator.of, context)).flat()
    case 'or':
      return checkOr(await checkEach(answer, validator.of, context))
  }
}

async function checkEach(
  answer: HttpResponse,
  validators: readonly Validator[],
  context: CheckContext,
): Promise<Problem[][]> {
  const all: Problem[][] = []
  for (const validator of validators) all.push(await check(answer, validator, context))
  return all
}

function checkOr(all: readonly Problem[][]): Problem[] {
  if (all.some((problems) => problems.length === 0)) return []
  const words = all.map((problems) => problems.map(({ message }) => message).join('; '))
  const [first, ...others] = new Set(words)
  const message = [`None of these holds: ${first}`, ...others].join(' — or: ')
  return [{ message: others.length === 0 ? `${first}` : message }]
}

/** Other answers tell the length of what they do not send. */
function hasBody({ status }: HttpResponse, { method }: CheckContext): boolean {
  return method !== 'HEAD' && status !== 304
}

function checkContentLength(answer: HttpResponse): Problem[] {
  const declared = headerOf(answer.headers, 'Content-Length')
  const { length } = answer.body
  if (declared === undefined || declared === String(length)) return []
  return [{ message: `Content-Length is ${declared}, the body has ${length} bytes` }]
}

function checkStatus({ status }: HttpResponse, expected: readonly number[]): Problem[] {
  if (expected.includes(status)) return []
  return [{ message: `Expected status ${expected.join(' or ')}, got ${status}` }]
}

/** A conflict that names the lock which is held; when none is, the header may be missing. */
function checkLockMismatch(
  answer: HttpResponse,
  expected: string,
  { state }: CheckContext,
): Problem[] {
  const header = {
    check: 'header',
    name: 'X-WOPI-Lock',
    expected,
    required: expected !== '',
  } as const
  return [...checkStatus(answer, [409]), ...checkHeader(answer, header, state)]
}

function checkBody({ body }: HttpResponse, expected: Uint8Array): Problem[] {
  const differs = firstDifference(body, expected)
  if (differs === undefined) return []
  const sizes = `expected ${expected.length} bytes, got ${body.length}`
  return [{ message: `The body differs from byte ${differs} on: ${sizes}` }]
}
