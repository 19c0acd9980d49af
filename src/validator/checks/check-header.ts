import type { Comparator, HeaderValidator } from '../cases/validator.ts'
import { type HttpResponse, headerOf } from '../http-message.ts'
import { resolveIfSaved, type State } from '../requests/state.ts'
import type { Problem } from './check-context.ts'

const INT32_MAX = 2_147_483_647
const COMPARE: Record<Comparator, (left: number, right: number) => boolean> = {
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
}

/** A missing header passes unless it is required; values are compared without regard to case. */
export function checkHeader(
  { headers }: HttpResponse,
  validator: HeaderValidator,
  state: State,
): Problem[] {
  const { name } = validator
  const value = headerOf(headers, name)
  if (validator.absent) {
    return value ? [{ message: `${name} must be absent, but it is "${value}"` }] : []
  }
  if (value === undefined) {
    return validator.required ? [{ message: `${name} is missing`, lack: `has no ${name}` }] : []
  }
  const message = problemOf(value, validator, expectedOf(validator, state))
  return message === undefined ? [] : [{ message: `${name} ${message}` }]
}

/** A value that was saved empty is none. */
function expectedOf({ expected }: HeaderValidator, state: State): string | undefined {
  const value = resolveIfSaved(state, expected)
  return typeof expected === 'object' ? value || undefined : value
}

function problemOf(
  value: string,
  { comparator, pattern, shouldMatch = true }: HeaderValidator,
  expected: string | undefined,
): string | undefined {
  if (pattern !== undefined && !new RegExp(pattern).test(value)) {
    return `is "${value}", expected it to match ${pattern}`
  }
  if (comparator !== undefined) return compare(value, comparator, expected)
  if (expected === undefined) return undefined
  const same = value.toLowerCase() === expected.toLowerCase()
  if (shouldMatch && !same) return `is "${value}", expected "${expected}"`
  if (!shouldMatch && same) return `is "${value}", expected another value`
  return undefined
}

function compare(
  value: string,
  comparator: Comparator,
  expected: string | undefined,
): string | undefined {
  const [left, right] = [int32(value), int32(expected)]
  if (left === undefined) return `is "${value}", expected a 32-bit integer`
  if (right === undefined)
    return `cannot be compared with "${expected ?? ''}", which is not a 32-bit integer`
  if (COMPARE[comparator](left, right)) return undefined
  return `is ${left}, expected ${comparator} ${right}`
}

function int32(text: string | undefined): number | undefined {
  if (text === undefined || !/^\s*[+-]?\d+\s*$/.test(text)) return undefined
  const value = Number(text)
  return value <= INT32_MAX && value >= -INT32_MAX - 1 ? value : undefined
}
