import type { Attack } from '../attack.ts'
import { activities } from './activities.ts'
import { chunkLists } from './chunk-lists.ts'
import { coauthLocks } from './coauth-locks.ts'
import { drippedMessages } from './dripped-messages.ts'
import { enumerateChildren } from './enumerate-children.ts'
import { fullDisk } from './full-disk.ts'
import { fullDiskMetadata } from './full-disk-metadata.ts'
import { history } from './history.ts'
import { knownChunks } from './known-chunks.ts'
import { leavingReaders } from './leaving-readers.ts'
import { lockStorm } from './lock-storm.ts'
import { manySessions } from './many-sessions.ts'
import { manyTokens } from './many-tokens.ts'
import { newFiles } from './new-files.ts'
import { oneByteChunks } from './one-byte-chunks.ts'
import { pipelining } from './pipelining.ts'
import { queryParameters } from './query-parameters.ts'
import { refusedBytes } from './refused-bytes.ts'
import { refusedSaves } from './refused-saves.ts'
import { repeatedStreams } from './repeated-streams.ts'
import { sameChunk } from './same-chunk.ts'
import { slowBodies } from './slow-bodies.ts'
import { slowHeaders } from './slow-headers.ts'
import { slowZips } from './slow-zips.ts'
import { stalledReaders } from './stalled-readers.ts'
import { stalledSaves } from './stalled-saves.ts'
import { streamsAndProperties } from './streams-and-properties.ts'
import { sweepChunkLists } from './sweep-chunk-lists.ts'
import { tinyFragments } from './tiny-fragments.ts'
import { unreadChunkedFiles } from './unread-chunked-files.ts'
import { unreadChunks } from './unread-chunks.ts'
import { unreadLog } from './unread-log.ts'
import { userInfo } from './user-info.ts'
import { zipDirectories } from './zip-directories.ts'

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
  slowHeaders,
  manyTokens,
  queryParameters,
  manySessions,
  streamsAndProperties,
  sameChunk,
  userInfo,
  activities,
  stalledReaders,
  stalledSaves,
  zipDirectories,
  leavingReaders,
  lockStorm,
  newFiles,
  knownChunks,
  history,
]
