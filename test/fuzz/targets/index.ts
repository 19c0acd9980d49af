import type { FuzzTarget } from '../target.ts'
import { bodies } from './bodies.ts'
import { checkpoints } from './checkpoints.ts'
import { chunkReader } from './chunk-reader.ts'
import { frames } from './frames.ts'
import { headers } from './headers.ts'
import { http } from './http.ts'
import { manifests } from './manifests.ts'
import { messages } from './messages.ts'
import { zips } from './zips.ts'

/** Everything that is given inputs. */
export const TARGETS: readonly FuzzTarget[] = [
  frames,
  chunkReader,
  checkpoints,
  zips,
  messages,
  headers,
  manifests,
  bodies,
  http,
]
