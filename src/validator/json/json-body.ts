import { JSON_BODY_MAX_DEPTH } from '../limits.ts'

/** A body as JSON, or in words what it is instead. */
export type JsonBody = { ok: true; value: unknown } | { ok: false; found: string }

/** A body as JSON, in UTF-8 with or without byte order mark. */
export function jsonOf(body: Uint8Array): JsonBody {
  if (body.length === 0) return { ok: false, found: 'none' }
  const value = parsed(body)
  if (value === undefined) return { ok: false, found: `${body.length} other bytes` }
  if (isTooDeep(value)) return { ok: false, found: `one nested deeper than ${JSON_BODY_MAX_DEPTH}` }
  return { ok: true, value }
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

/** Level by level, as recursion would end where the stack does. */
function isTooDeep(value: unknown): boolean {
  let level = isNested(value) ? [value] : []
  for (let depth = 1; level.length > 0; depth += 1) {
    if (depth > JSON_BODY_MAX_DEPTH) return true
    level = level.flatMap((item) => Object.values(item).filter(isNested))
  }
  return false
}

function isNested(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
