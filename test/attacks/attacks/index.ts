import type { Attack } from '../attack.ts'
import { chunkLists } from './chunk-lists.ts'
import { coauthLocks } from './coauth-locks.ts'
import { drippedMessages } from './dripped-messages.ts'
import { enumerateChildren } from './enumerate-children.ts'
import { fullDisk } from './full-disk.ts'
import { fullDiskMetadata } from './full-disk-metadata.ts'
import { oneByteChunks } from './one-byte-chunks.ts'
import { pipelining } from './pipelining.ts'
import { refusedBytes } from './refused-bytes.ts'
import { refusedSaves } from './refused-saves.ts'
import { repeatedStreams } from './repeated-streams.ts'
import { slowBodies } from './slow-bodies.ts'
import { slowZips } from './slow-zips.ts'
import { sweepChunkLists } from './sweep-chunk-lists.ts'
import { tinyFragments } from './tiny-fragments.ts'
import { unreadChunkedFiles } from './unread-chunked-files.ts'
import { unreadChunks } from './unread-chunks.ts'
import { unreadLog } from './unread-log.ts'

/** Every attack. */
export const ATTACKS: readonly Attack[] = [
  chunkLists,
  sweepChunkLists,
  slowBodies,
  slowZips,
  refusedSaves,
  coauthLocks,
  drippedMessages,
  unreadChunkedFiles,
  unreadChunks,
  oneByteChunks,
  fullDisk,
  fullDiskMetadata,
  refusedBytes,
  tinyFragments,
  repeatedStreams,
  enumerateChildren,
  pipelining,
  unreadLog,
]
