import { type OutputUnit, Validator as SchemaValidator } from '@cfworker/json-schema'
import { CaseError } from './case-error.ts'
import type { CheckContext, Problem } from './check-context.ts'
import { checkProperty } from './check-property.ts'
import type { HttpResponse } from './http-message.ts'
import { jsonOf } from './json-body.ts'
import type { JsonProperty } from './model.ts'

/** How many violations of a schema are told. */
const VIOLATIONS_MAX = 5

/** Checks a JSON body, or that there is none. */
export function checkJson(
  answer: HttpResponse,
  { exists = true, properties }: { exists?: boolean; properties: readonly JsonProperty[] },
  context: CheckContext,
): Problem[] {
  const { length } = answer.body
  if (!exists) return length === 0 ? [] : [{ message: `Expected no body, got ${length} bytes` }]
  const json = jsonOf(answer.body)
  return json.ok ? checkProperties(json.value, properties, context) : [noJson(answer)]
}

export function checkProperties(
  json: unknown,
  properties: readonly JsonProperty[],
  context: CheckContext,
): Problem[] {
  return properties.flatMap((property) => checkProperty(json, property, context) ?? [])
}

export function checkSchema(answer: HttpResponse, name: string, context: CheckContext): Problem[] {
  const json = jsonOf(answer.body)
  return json.ok ? checkAgainstSchema(json.value, name, context) : [noJson(answer)]
}

function noJson({ status, body }: HttpResponse): Problem {
  const got = body.length === 0 ? 'none' : `${body.length} other bytes`
  return { message: `Expected a JSON body, got ${got} with status ${status}` }
}

/** @throws CaseError when there is no such schema */
export function checkAgainstSchema(
  json: unknown,
  name: string,
  { suite }: CheckContext,
): Problem[] {
  const schema = suite.schemas.get(name)
  if (typeof schema !== 'object' || schema === null) {
    throw new CaseError(`The suite has no schema ${name}`)
  }
  const { valid, errors } = new SchemaValidator(schema, '4', false).validate(json)
  if (valid) return []
  const leaves = errors.filter((error) => isLeaf(error, errors)).slice(0, VIOLATIONS_MAX)
  const words = leaves.map(({ instanceLocation, error }) => `${instanceLocation}: ${error}`)
  return [{ message: `The JSON breaks the schema ${name}: ${words.join('; ')}` }]
}

/** Violations are told at every level up to the root; the deepest says what is wrong. */
function isLeaf({ keyword }: OutputUnit, all: readonly OutputUnit[]): boolean {
  return keyword !== 'properties' || all.every((other) => other.keyword === 'properties')
}
