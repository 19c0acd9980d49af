import type { Step } from '../cases/case.ts'
import { chunkFrames } from './frames.ts'
import { BEGIN_COAUTHORING, main, save, unsent } from './saves.ts'
import { append, createSession, SESSION } from './sessions.ts'

export const OLD = 'What the file is before the commit'
export const NEW = 'What the upload session brings, forty-four bytes'
export const FRAME = chunkFrames(NEW)
export const COMMITTED = { session: SESSION, streams: [unsent(main(NEW))] }

/** A file that is coauthored, with content that the case knows. */
export const BEGIN: readonly Step[] = [...BEGIN_COAUTHORING, save({ streams: [main(OLD)] })]
export const WITH_SESSION: readonly Step[] = [...BEGIN, createSession(), append(0, FRAME)]
