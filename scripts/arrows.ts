/**
 * Which room of `src/` may import which others. No other import is allowed, of types neither. From
 * this table come the rules of the linter (`biome.arrows.json`) and the drawings of ARCHITECTURE.md:
 * `node scripts/rooms.ts` writes both.
 *
 * Every room may import `protocol` as well, so that no row says it.
 */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  protocol: [],
  ports: [],
  content: ['ports'],
  operations: ['content', 'ports'],
  host: ['operations', 'content', 'ports'],
  http: ['host', 'ports'],
  access: ['ports'],
  server: ['http', 'host', 'access', 'ports'],
  cli: ['server', 'client', 'validator'],
  stores: ['ports'],
  client: [],
  validator: [],
  testing: ['ports'],
}

/** Which part of a room may import which others of the same room, where a room has parts. */
export const PARTS: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  content: {
    'limits.ts': [],
    bytes: [],
    state: ['bytes', 'limits.ts'],
    packs: ['state', 'bytes', 'limits.ts'],
    saving: ['packs', 'state', 'bytes', 'limits.ts'],
    application: ['saving', 'packs', 'state', 'bytes'],
    trees: ['saving', 'state'],
    upkeep: ['saving', 'packs', 'state', 'bytes', 'limits.ts'],
    'create-content.ts': ['application', 'saving', 'packs', 'state', 'bytes', 'limits.ts'],
  },
  operations: {
    shared: [],
    files: ['shared'],
    containers: ['shared'],
    ecosystem: ['shared'],
    bootstrapper: ['shared'],
    settings: ['shared'],
    'index.ts': ['files', 'containers', 'ecosystem', 'bootstrapper', 'settings', 'shared'],
  },
}

/** Rooms that run in browsers, too: nothing of Node is there. */
export const BROWSER_ROOMS: readonly string[] = ['protocol', 'client', 'validator']

/** Files of these rooms that join them with Node; what else is in the room may not import them. */
export const NODE_FILES: Readonly<Record<string, string>> = { validator: 'node-*.ts' }

/** Packages that only `server` and `cli` use. */
export const SERVER_PACKAGES: readonly string[] = [
  'zod',
  'zod/mini',
  'pino',
  'commander',
  'express',
  'fastify',
  'hono',
  '@hono/node-server',
]

/** The one file outside of the package's exports that names stores. */
export const COMPOSITION = 'src/server/compose.ts'
