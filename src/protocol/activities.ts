import { MessageError } from './message-error.ts'
import { parseJson } from './message-json.ts'

/** Most bytes of activities that one request may bring. */
export const ACTIVITIES_BODY_MAX_BYTES = 256 * 1024
/** Most activities that one request may bring. */
const ACTIVITIES_MAX = 100
/** The one type that clients send. */
const COMMENT = 'comment'

/** What somebody has done in a file, as far as the host looks at it. */
export interface Activity {
  /** As the client wrote it, to be answered so. */
  id: string
  type: string
  /** All of it as JSON. */
  json: string
}

/**
 * Parses the body of AddActivities. Everything but `Activities`, `Id` and `Type` is taken as it comes:
 * clients send members that no page names, and times that are none.
 *
 * @throws MessageError
 */
export function parseActivities(body: Uint8Array): Activity[] {
  const activities = memberOf(parseJson(body), 'Activities')
  if (!Array.isArray(activities)) throw new MessageError('Activities', 'is no list')
  if (activities.length > ACTIVITIES_MAX)
    throw new MessageError('Activities', `has more than ${ACTIVITIES_MAX} entries`)
  return activities.map((activity, index) => {
    const path = `Activities[${index}]`
    const id = textOf(activity, 'Id', path)
    const type = textOf(activity, 'Type', path)
    return { id, type, json: JSON.stringify(activity) }
  })
}

/** Whether the host keeps activities of this type. */
export function isKnownActivity({ type }: Activity): boolean {
  return type === COMMENT
}

function textOf(activity: unknown, name: string, path: string): string {
  const value = memberOf(activity, name)
  if (typeof value === 'string' && value !== '') return value
  throw new MessageError(`${path}.${name}`, 'is no text, or empty')
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return (value as Record<string, unknown>)[name]
}
