import { type OutputUnit, Validator as SchemaValidator } from '@cfworker/json-schema'
import type { JsonProperty } from '../cases/validator.ts'
import type { HttpResponse } from '../http-message.ts'
import { jsonOf } from '../json/json-body.ts'
import { CaseError } from '../requests/case-error.ts'
import type { CheckContext, Problem, TimeLimit } from './check-context.ts'
import { checkProperty } from './check-property.ts'

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
  return json.ok ? checkProperties(json.value, properties, context) : [noJson(answer, json.found)]
}

/** @throws CaseError when a pattern takes too long */
export function checkProperties(
  json: unknown,
  properties: readonly JsonProperty[],
  context: CheckContext,
): Problem[] {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    const found = Array.isArray(json) ? 'an array' : JSON.stringify(json)
    return [{ message: `Expected a JSON object, got ${found}` }]
  }
  return properties.flatMap((property) => checkProperty(json, property, context) ?? [])
}

export function checkSchema(answer: HttpResponse, name: string, context: CheckContext): Problem[] {
  const json = jsonOf(answer.body)
  return json.ok ? checkAgainstSchema(json.value, name, context) : [noJson(answer, json.found)]
}

function noJson({ status }: HttpResponse, found: string): Problem {
  return { message: `Expected a JSON body, got ${found} with status ${status}` }
}

/** @throws CaseError when there is no such schema, or it cannot be applied */
export function checkAgainstSchema(
  json: unknown,
  name: string,
  { suite, withinTime }: CheckContext,
): Problem[] {
  const schema = suite.schemas.get(name)
  if (typeof schema !== 'object' || schema === null) {
    throw new CaseError(`The suite has no schema ${name}`)
  }
  const { valid, errors } = validate(json, name, schema, withinTime)
  if (valid) return []
  const leaves = errors.filter((error) => isLeaf(error, errors)).slice(0, VIOLATIONS_MAX)
  return [{ message: `The JSON breaks the schema ${name}: ${leaves.map(violation).join('; ')}` }]
}

/** What a schema names elsewhere is not fetched, so that it cannot be applied. */
function validate(json: unknown, name: string, schema: object, withinTime: TimeLimit) {
  try {
    return withinTime(() => new SchemaValidator(schema, '4', false).validate(json))
  } catch (error) {
    throw new CaseError(`The schema ${name} cannot be applied: ${(error as Error).message}`)
  }
}

/** `#/Name: ` goes before what is said of the property Name, and nothing before the whole. */
function violation({ instanceLocation, error }: OutputUnit): string {
  const place = instanceLocation === '#' ? '' : `${instanceLocation}: `
  return `${place}${error.replace(/\.$/, '')}`
}

/** Violations are told at every level up to the root; the deepest says what is wrong. */
function isLeaf({ keyword }: OutputUnit, all: readonly OutputUnit[]): boolean {
  return keyword !== 'properties' || all.every((other) => other.keyword === 'properties')
}
