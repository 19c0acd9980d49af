import type { SavedState } from '../cases/request.ts'
import type { JsonTemplate, Text } from '../cases/values.ts'
import { type HttpResponse, headerOf } from '../http-message.ts'
import { jsonOf } from '../json/json-body.ts'
import { valueAt } from '../json/json-path.ts'
import { CaseError } from './case-error.ts'

/** Values that a case has saved; one that its answer did not have is `undefined`. */
export type State = Map<string, string | undefined>

/** Keeps what an answer says. */
export function save(state: State, entries: readonly SavedState[], answer: HttpResponse): void {
  for (const { name, from } of entries) {
    state.set(
      name,
      'header' in from ? headerOf(answer.headers, from.header) : jsonText(answer, from.json),
    )
  }
}

/** @throws CaseError when it names a value that was not saved */
export function resolve(state: State, text: Text): string {
  if (typeof text === 'string') return text
  const value = state.get(text.state)
  if (value === undefined) throw new CaseError(`No earlier answer gave a value for ${text.state}`)
  return value
}

/** Like {@link resolve}, but `undefined` when there is no value. */
export function resolveIfSaved(state: State, text: Text | undefined): string | undefined {
  return typeof text === 'object' ? state.get(text.state) : text
}

/** The template with saved values in their places. @throws CaseError */
export function resolveJson(state: State, template: JsonTemplate): unknown {
  if (typeof template !== 'object' || template === null) return template
  if (Array.isArray(template)) return template.map((item) => resolveJson(state, item))
  const members = Object.entries(template)
  const [first] = members
  if (members.length === 1 && first?.[0] === 'state' && typeof first[1] === 'string') {
    return resolve(state, { state: first[1] })
  }
  return Object.fromEntries(members.map(([name, value]) => [name, resolveJson(state, value)]))
}

function jsonText(answer: HttpResponse, path: string): string | undefined {
  const json = jsonOf(answer.body)
  const value = json.ok ? valueAt(json.value, path) : undefined
  if (value === undefined || value === null) return undefined
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
