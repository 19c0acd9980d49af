import { withoutTokens } from '../host/logged.ts'

/** Most characters of an error's message, and of its stack with those of its causes. */
const MESSAGE_MAX_CHARS = 1000
const STACK_MAX_CHARS = 8000
/** Most errors of a chain of causes that are shown. */
const CAUSES_MAX = 5

/** The parts of an address that may be secret: name and password, query and fragment. */
const ADDRESS = /(\b\w{1,20}:\/\/)(?:[^\s/?#@'"]*@)?([^\s?#'"<>]*)(?:[?#][^\s'"<>]*)?/g

/**
 * An error in the form that a log may show: limited in size, and without the secrets of addresses.
 * It omits fields that libraries add to their errors, such as whole requests.
 */
export function loggedError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: shown(String(error), MESSAGE_MAX_CHARS) }
  const { name, message, code } = error as Error & { code?: unknown }
  return {
    type: name,
    message: shown(message, MESSAGE_MAX_CHARS),
    ...((typeof code === 'string' || typeof code === 'number') && {
      code: shown(String(code), 100),
    }),
    stack: shown(stacksOf(error).join('\ncaused by: '), STACK_MAX_CHARS),
  }
}

function stacksOf(error: Error): string[] {
  const stacks: string[] = []
  let next: unknown = error
  while (next instanceof Error && stacks.length < CAUSES_MAX) {
    stacks.push(next.stack ?? String(next))
    next = next.cause
  }
  return stacks
}

function shown(text: string, maxChars: number): string {
  return withoutTokens(text.slice(0, maxChars).replace(ADDRESS, '$1$2'))
}
