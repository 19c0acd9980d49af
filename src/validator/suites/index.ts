import type { Suite } from '../cases/case.ts'
import { CHUNK_RANGES } from './chunk-ranges.ts'
import {
  CLIENT_CACHE,
  CLIENT_FILE_URL,
  CLIENT_FILE_URL_CACHE,
  CLIENT_HTTP,
} from './clients/http.ts'
import { CLIENT_NEW_FILES, CLIENT_RENAMES, CLIENT_REPLIES } from './clients/replies.ts'
import { CLIENT_SAVES, CLIENT_TIMES, UNLOCKED_SAVES } from './clients/saves.ts'
import { CLIENT_TOKENS } from './clients/tokens.ts'
import { COAUTH_LOCK_RULES } from './coauth-locks.ts'
import { COAUTH_TABLE } from './coauth-table.ts'
import { CONTENT_PROPERTIES } from './content-properties.ts'
import { CONTENT_STREAMS } from './content-streams.ts'
import { optional } from './define-group.ts'
import { ECOSYSTEM_RULES, FILE_WOPI_SRC } from './ecosystem.ts'
import { EXPIRY, LOCK_EXPIRY, SESSION_EXPIRY } from './expiry.ts'
import { CHUNKS_FRAMES, FRAMES } from './frame-cases.ts'
import { GET_CHUNKS } from './get-chunks.ts'
import { COAUTH_LOCK_RACES, LOCK_RACES } from './lock-races.ts'
import { COAUTH_MATRIX, GET_LOCK_MATRICES, LOCK_MATRICES, SAVE_MATRIX } from './lock-rows.ts'
import { OTHER_FILES } from './other-files.ts'
import { PREREQUISITES } from './prerequisites.ts'
import { RENAME_COAUTH_LOCKS, RENAME_LOCKS } from './rename-locks.ts'
import { CHUNKED_SAVE_RACES, SAVE_RACES } from './save-races.ts'
import { SEQUENCE_NUMBERS } from './sequence-numbers.ts'
import { SESSION_COMMITS } from './session-commits.ts'
import { SESSION_FRAMES } from './session-frames.ts'
import { SESSION_RACES } from './session-races.ts'
import { UPLOAD_SESSIONS } from './upload-sessions.ts'
import { ZIP_STREAMS } from './zip-streams.ts'

/**
 * The cases that come with wopikit, for any host: they ask for nothing but what Microsoft's pages
 * say, and where pages or Microsoft's validator contradict each other, or say nothing, they take
 * every reading. Each starts from a state that it makes itself, whatever the document holds.
 */
export const BUILT_IN: Suite = {
  name: 'wopikit',
  groups: [
    UPLOAD_SESSIONS,
    SESSION_COMMITS,
    SESSION_FRAMES,
    FRAMES,
    CHUNKS_FRAMES,
    GET_CHUNKS,
    CHUNK_RANGES,
    CONTENT_PROPERTIES,
    CONTENT_STREAMS,
    ZIP_STREAMS,
    SEQUENCE_NUMBERS,
    ...LOCK_MATRICES,
    ...GET_LOCK_MATRICES,
    SAVE_MATRIX,
    COAUTH_MATRIX,
    COAUTH_TABLE,
    COAUTH_LOCK_RULES,
    RENAME_LOCKS,
    RENAME_COAUTH_LOCKS,
    LOCK_RACES,
    COAUTH_LOCK_RACES,
    SAVE_RACES,
    CHUNKED_SAVE_RACES,
    SESSION_RACES,
    OTHER_FILES,
    ECOSYSTEM_RULES,
    FILE_WOPI_SRC,
    LOCK_EXPIRY,
    EXPIRY,
    SESSION_EXPIRY,
  ],
  prerequisites: PREREQUISITES,
  resources: new Map(),
  schemas: new Map(),
}

/**
 * What clients and proxies do that Microsoft's pages do not say: of Collabora, ONLYOFFICE, browsers
 * and plain HTTP. A host that fails here may have passed everything else.
 */
export const CLIENTS: Suite = {
  name: 'clients',
  groups: [
    CLIENT_SAVES,
    CLIENT_TIMES,
    optional(UNLOCKED_SAVES),
    CLIENT_HTTP,
    CLIENT_FILE_URL,
    optional(CLIENT_CACHE),
    optional(CLIENT_FILE_URL_CACHE),
    CLIENT_TOKENS,
    CLIENT_REPLIES,
    CLIENT_NEW_FILES,
    CLIENT_RENAMES,
  ],
  prerequisites: PREREQUISITES,
  resources: new Map(),
  schemas: new Map(),
}

/** All suites that come with wopikit. */
export const SUITES: readonly Suite[] = [BUILT_IN, CLIENTS]
