import { applyCoauth, applyLock } from './lock-rules.ts'
import { type Reply, type Request, reply, UNSEEN } from './messages.ts'
import {
  applyCheckFileInfo,
  applyGetChunkedFile,
  applyGetChunks,
  applyGetFile,
  applyGetSequenceNumber,
} from './read-rules.ts'
import {
  applyCreateSession,
  applyPutChunkedFile,
  applyPutFile,
  applyUpdateSession,
} from './save-rules.ts'
import { forgetExpired, type World } from './world.ts'

const READS: readonly Request['op'][] = [
  'CheckFileInfo',
  'GetFile',
  'GetLock',
  'GetCoauthTable',
  'GetSequenceNumber',
  'GetChunkedFile',
  'GetChunks',
]

/** What a request makes of a world, and what it is answered. */
export function apply(before: World, request: Request): { world: World; reply: Reply } {
  const world = structuredClone(before)
  forgetExpired(world)
  return { reply: mayDo(request) ? change(world, request) : notFound(request), world }
}

function mayDo({ user, op }: Request): boolean {
  return user !== 'reader' || READS.includes(op)
}

/** Who lacks the right is told no more than that there is no such file. */
function notFound(request: Request): Reply {
  const unseen =
    'broken' in request ? request.broken : 'defect' in request && request.defect === 'broken'
  return unseen ? UNSEEN : reply(404)
}

function change(world: World, request: Request): Reply {
  switch (request.op) {
    case 'Lock':
    case 'RefreshLock':
    case 'Unlock':
    case 'UnlockAndRelock':
    case 'GetLock':
      return applyLock(world, request)
    case 'GetCoauthLock':
    case 'RefreshCoauthLock':
    case 'UnlockCoauthLock':
    case 'GetCoauthTable':
      return applyCoauth(world, request)
    case 'PutFile':
      return applyPutFile(world, request)
    case 'PutChunkedFile':
      return applyPutChunkedFile(world, request)
    case 'CreateUploadSession':
      return applyCreateSession(world, request)
    case 'UpdateUploadSession':
      return applyUpdateSession(world, request)
    case 'GetFile':
      return applyGetFile(world)
    case 'CheckFileInfo':
      return applyCheckFileInfo(world)
    case 'GetSequenceNumber':
      return applyGetSequenceNumber(world)
    case 'GetChunkedFile':
      return applyGetChunkedFile(world, request)
    case 'GetChunks':
      return applyGetChunks(world, request)
  }
}
