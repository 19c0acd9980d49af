import type { AtOnce, Outcome } from '../cases/case.ts'
import { checkAnswer } from '../checks/check-answer.ts'
import type { HttpResponse } from '../http-message.ts'
import type { Run } from './case-run.ts'
import { exchange } from './exchange.ts'
import type { Exchange } from './show.ts'

/** Sends requests in parallel and counts how they end. @throws CaseError */
export async function takeAtOnce(step: AtOnce, run: Run): Promise<void> {
  const done = await sendAll(step, run)
  run.exchanges.push(...done)
  const counts = new Map<Outcome, number>()
  const strays: Exchange[] = []
  for (const one of done) {
    const found =
      'error' in one.answer ? undefined : await outcomeOf(one.answer.response, step, run)
    if (found) counts.set(found, (counts.get(found) ?? 0) + 1)
    else strays.push(one)
  }
  const message = unbalanced(step.outcomes, counts, strays.map(strayText))
  if (message === undefined) return
  const clause = step.clause ?? run.case.clause
  run.failures.push({ message, ...originOf(strays), ...(clause && { clause }) })
}

export function sendAll({ requests }: AtOnce, run: Run): Promise<Exchange[]> {
  return Promise.all(requests.map((request) => exchange(request, run)))
}

function strayText({ operation, answer }: Exchange): string {
  return `${operation} ${'error' in answer ? answer.error : answer.response.status}`
}

/** The operation that went wrong, when it was one in one way. */
function originOf([first, ...others]: readonly Exchange[]): { operation: string; status?: number } {
  if (!first || others.some((other) => strayText(other) !== strayText(first)))
    return { operation: 'AtOnce' }
  const { operation, answer } = first
  return { operation, ...('response' in answer && { status: answer.response.status }) }
}

async function outcomeOf(
  response: HttpResponse,
  { outcomes }: AtOnce,
  run: Run,
): Promise<Outcome | undefined> {
  for (const outcome of outcomes) {
    const problems = await checkAnswer(response, outcome.validators, run)
    if (problems.length === 0) return outcome
  }
  return undefined
}

function unbalanced(
  outcomes: readonly Outcome[],
  counts: ReadonlyMap<Outcome, number>,
  strays: readonly string[],
): string | undefined {
  const wrong = outcomes.some((outcome) => {
    const { min, max } = rangeOf(outcome)
    const count = counts.get(outcome) ?? 0
    return count < min || count > max
  })
  if (!wrong && strays.length === 0) return undefined
  const words = outcomes.map((outcome) => {
    const { min, max } = rangeOf(outcome)
    const expected = min === max ? `${min}` : `${min} to ${max}`
    return `${outcome.name}: expected ${expected}, got ${counts.get(outcome) ?? 0}`
  })
  const others = strays.length > 0 ? [`others: ${strays.join(', ')}`] : []
  return `Of the requests sent at once, ${[...words, ...others].join('; ')}`
}

function rangeOf({ count }: Outcome): { min: number; max: number } {
  return typeof count === 'number' ? { min: count, max: count } : count
}
