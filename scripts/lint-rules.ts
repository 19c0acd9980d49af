import { BROWSER_ROOMS, COMPOSITION, NODE_FILES, PARTS, ROOMS, SERVER_PACKAGES } from './arrows.ts'

interface Pattern {
  group: string[]
  message: string
}

/** Rules for the files that `includes` matches; those of a later override replace earlier ones. */
interface Override {
  includes: string[]
  linter: { rules: { style: Record<string, unknown> } }
}

const NAMES = Object.keys(ROOMS)

/** The part of the linter's configuration that enforces the arrows. */
export function lintRules(): { overrides: Override[] } {
  return { overrides: [...NAMES.flatMap(roomRules), compositionRule(), testRule()] }
}

function roomRules(room: string): Override[] {
  const parts = Object.keys(PARTS[room] ?? {})
  return [
    BROWSER_ROOMS.includes(room)
      ? browserRule(room)
      : importRule([`src/${room}/**`], roomPatterns(room)),
    ...parts.map((part) =>
      importRule([place(room, part)], [...roomPatterns(room), ...partPatterns(room, part)]),
    ),
    ...nodeFiles(room).map((files) => importRule([files], roomPatterns(room))),
  ]
}

/** The same, and nothing that browsers lack. */
function browserRule(room: string): Override {
  const node = {
    group: ['node:*', 'node:*/**', '**/node-*.ts'],
    message: `${room} runs in browsers, too, and is given what it needs of Node`,
  }
  const includes = [`src/${room}/**`, ...nodeFiles(room).map((files) => `!${files}`)]
  const style = {
    noRestrictedImports: {
      level: 'error',
      options: { patterns: [...roomPatterns(room), node] },
    },
    noRestrictedGlobals: {
      level: 'error',
      options: { deniedGlobals: { Buffer: 'not in browsers', process: 'not in browsers' } },
    },
  }
  return { includes, linter: { rules: { style } } }
}

/** What `compose.ts` alone may do: give the server its stores. */
function compositionRule(): Override {
  return importRule([COMPOSITION], [roomPattern('server', ['stores'])])
}

function testRule(): Override {
  const style = { noRestrictedImports: 'off', noRestrictedGlobals: 'off' }
  return { includes: ['**/*.test.ts'], linter: { rules: { style } } }
}

function importRule(includes: string[], patterns: Pattern[]): Override {
  const style = { noRestrictedImports: { level: 'error', options: { patterns } } }
  return { includes, linter: { rules: { style } } }
}

function roomPatterns(room: string): Pattern[] {
  if (room === 'server' || room === 'cli') return [roomPattern(room)]
  const packages = {
    group: [...SERVER_PACKAGES],
    message: 'only server and cli use these packages',
  }
  return [roomPattern(room), packages]
}

function roomPattern(room: string, more: readonly string[] = []): Pattern {
  const allowed = [room, 'protocol', ...(ROOMS[room] ?? []), ...more]
  return {
    group: NAMES.filter((name) => !allowed.includes(name)).map((name) => `**/${name}/**`),
    message: `${room} may import ${listed(allowed.filter((name) => name !== room))}`,
  }
}

function partPatterns(room: string, part: string): Pattern[] {
  const allowed = [part, ...(PARTS[room]?.[part] ?? [])]
  const denied = Object.keys(PARTS[room] ?? {}).filter((name) => !allowed.includes(name))
  if (denied.length === 0) return []
  return [
    {
      group: denied.map((name) => `**/${name}${name.endsWith('.ts') ? '' : '/**'}`),
      message: `${room}/${part} may import ${listed(allowed.slice(1))} of its room`,
    },
  ]
}

function nodeFiles(room: string): string[] {
  const files = NODE_FILES[room]
  return files === undefined ? [] : [`src/${room}/${files}`]
}

function place(room: string, part: string): string {
  return part.endsWith('.ts') ? `src/${room}/${part}` : `src/${room}/${part}/**`
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ')
}
