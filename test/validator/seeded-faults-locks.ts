import { HEADERS, OVERRIDES } from '../../src/protocol/names.ts'
import {
  type HttpRequest,
  type HttpResponse,
  headerOf,
  type Send,
} from '../../src/validator/http-message.ts'
import type { TestStores } from '../helpers/test-host.ts'
import {
  answering,
  changing,
  type Fault,
  on,
  readingByKey,
  withHeader,
} from './seeded-faults-proxy.ts'

const COAUTH_OPERATIONS = [
  OVERRIDES.getCoauthLock,
  OVERRIDES.refreshCoauthLock,
  OVERRIDES.unlockCoauthLock,
]
const WOPI_OPERATIONS = [OVERRIDES.lock, OVERRIDES.refreshLock, OVERRIDES.unlock]

/** Faults of locks. */
export const LOCK_FAULTS: readonly Fault[] = [
  {
    does: 'answers a conflict of locks 200',
    proxy: answering(WOPI_OPERATIONS, (answer) =>
      answer.status === 409 ? { ...answer, status: 200 } : answer,
    ),
    seenBy: ['LockMatrix.LockOther.OnWopiLocked', 'LockMatrix.Unlock.OnUnlocked', 'LockRaces.Lock'],
  },
  {
    does: 'compares WOPI locks without regard to case',
    proxy: changing('*', lowerCase(HEADERS.lock)),
    seenBy: ['CoauthLockRules.WopiIdsDifferInCase'],
  },
  {
    does: 'compares coauthoring locks without regard to case',
    proxy: changing('*', lowerCase(HEADERS.coauthLockId)),
    seenBy: ['CoauthLockRules.IdsDifferInCase'],
  },
  {
    does: 'keeps a WOPI lock that is released',
    proxy: changing(OVERRIDES.unlock, (request) =>
      withHeader(request, HEADERS.override, OVERRIDES.refreshLock),
    ),
    seenBy: ['LockMatrix.LockOther.OnUnlocked'],
  },
  {
    does: 'keeps a coauthoring lock that is released',
    proxy: changing(OVERRIDES.unlockCoauthLock, (request) =>
      withHeader(
        withHeader(request, HEADERS.override, OVERRIDES.refreshCoauthLock),
        HEADERS.coauthLockExpirationTimeout,
        '600',
      ),
    ),
    seenBy: ['CoauthTable.UnlockTwice', 'CoauthTable.VersionOfAnUnlock'],
  },
  {
    does: 'keeps coauthoring locks after they have expired',
    proxy: changing(COAUTH_OPERATIONS, (request) =>
      headerOf(request.headers, HEADERS.coauthLockExpirationTimeout) === '60'
        ? withHeader(request, HEADERS.coauthLockExpirationTimeout, '600')
        : request,
    ),
    seenBy: ['Expiry.CoauthLockIsGone', 'Expiry.SaveUnderADeadLock', 'Expiry.DeadExclusiveLock'],
  },
  {
    does: 'gives every coauthoring lock 60 seconds',
    proxy: changing(COAUTH_OPERATIONS, (request) =>
      withHeader(request, HEADERS.coauthLockExpirationTimeout, '60'),
    ),
    seenBy: ['Expiry.CoauthLockLivesToItsEnd', 'CoauthLockRules.GetTimeoutTooLong'],
  },
  {
    does: 'does not let a lock live on when it is refreshed',
    proxy: on(OVERRIDES.refreshCoauthLock, (request, host) =>
      host(withHeader(request, HEADERS.override, OVERRIDES.getCoauthTable)),
    ),
    seenBy: ['Expiry.RefreshedLockLivesOn', 'CoauthTable.VersionOfNewMetadata'],
  },
  {
    does: 'does not know X-WOPI-LockExpirationTimeout',
    proxy: changing(WOPI_OPERATIONS, (request) =>
      withHeader(request, HEADERS.lockExpirationTimeout, undefined),
    ),
    seenBy: ['Expiry.ShortWopiLockIsGone', 'CoauthLockRules.WopiTimeoutTooShort'],
  },
  {
    does: 'lets a WOPI lock live for an hour',
    proxy: changing(OVERRIDES.lock, (request) =>
      headerOf(request.headers, HEADERS.lockExpirationTimeout) === undefined
        ? withHeader(request, HEADERS.lockExpirationTimeout, '3600')
        : request,
    ),
    seenBy: ['LockExpiry.PlainWopiLock'],
  },
  {
    does: 'names a WOPI lock while the file is coauthored',
    proxy: answering('*', (answer) =>
      answer.status === 409 && headerOf(answer.headers, HEADERS.lock) === undefined
        ? withHeader(answer, HEADERS.lock, 'coauthored')
        : answer,
    ),
    seenBy: [
      'LockMatrixWhileCoauthored.PutFile.OnCoauthored',
      'SaveLockMatrix.OtherCoauthLock.OnExclusivelyCoauthored',
    ],
  },
  {
    does: 'does not name the lock that is held',
    proxy: answering('*', (answer) =>
      answer.status === 409 ? withHeader(answer, HEADERS.lock, undefined) : answer,
    ),
    seenBy: [
      'LockMatrix.RefreshLockOther.OnWopiLocked',
      'SaveLockMatrix.OtherWopiLock.OnWopiLocked',
    ],
  },
  {
    does: 'does not say what kind of lock a save conflicts with',
    proxy: answering(OVERRIDES.putChunkedFile, (answer) =>
      withHeader(answer, HEADERS.conflictingMechanism, undefined),
    ),
    seenBy: [
      'SaveLockMatrix.OtherWopiLock.OnWopiLocked',
      'SaveLockMatrix.UnknownCoauthLock.OnExclusivelyCoauthored',
    ],
  },
  {
    does: 'does not name the holder of a lock that users may see',
    proxy: changing(OVERRIDES.lock, (request) =>
      withHeader(request, HEADERS.lockUserVisible, undefined),
    ),
    seenBy: ['CoauthLockRules.LockVisibleToUsers'],
  },
  {
    does: 'names the holder of every lock',
    proxy: changing(OVERRIDES.lock, (request) =>
      withHeader(request, HEADERS.lockUserVisible, 'True'),
    ),
    seenBy: ['CoauthLockRules.LockNotVisibleToUsers'],
  },
  {
    does: 'grants the exclusive lock to several, as an ordinary one',
    proxy: changing(OVERRIDES.getCoauthLock, (request) =>
      withHeader(request, HEADERS.coauthLockType, 'Coauth'),
    ),
    seenBy: [
      'CoauthLockMatrix.GetExclusiveOther.OnExclusivelyCoauthored',
      'CoauthLockRaces.GetExclusiveLock',
      'CoauthTable.ExclusiveIsUnique',
    ],
  },
  {
    does: 'changes locks without looking whether others have',
    stores: looseLocks,
    seenBy: [
      'LockRaces.Lock',
      'CoauthLockRaces.GetExclusiveLock',
      'LockRaces.Relock',
      'CoauthLockRaces.BothKindsOfLocks',
    ],
  },
  {
    does: 'never gives the table another version',
    proxy: answering('*', (answer) =>
      headerOf(answer.headers, HEADERS.coauthTableVersion) === undefined
        ? answer
        : withHeader(answer, HEADERS.coauthTableVersion, 'constant'),
    ),
    seenBy: [
      'CoauthTable.VersionOfNewMetadata',
      'CoauthTable.VersionOfANewType',
      'Expiry.TableWithoutDeadLocks',
    ],
  },
  {
    does: 'gives the table another version with every answer',
    proxy: newVersions,
    seenBy: ['CoauthTable.VersionOfARefresh', 'CoauthTable.VersionOfTheAnswer'],
  },
  {
    does: 'sends the table again to clients that have it',
    proxy: changing(OVERRIDES.getCoauthTable, (request) =>
      withHeader(request, HEADERS.coauthTableVersion, undefined),
    ),
    seenBy: ['CoauthTable.KnownVersion'],
  },
  {
    does: 'cuts metadata that is too large',
    proxy: changing(COAUTH_OPERATIONS, (request) =>
      withHeader(
        request,
        HEADERS.coauthLockMetadata,
        headerOf(request.headers, HEADERS.coauthLockMetadata)?.slice(0, 4096),
      ),
    ),
    seenBy: ['CoauthLockRules.MetadataTooLarge'],
  },
  {
    does: 'prefers one lock when both kinds are presented',
    proxy: changing(OVERRIDES.putChunkedFile, (request) =>
      headerOf(request.headers, HEADERS.lock)
        ? withHeader(request, HEADERS.coauthLockId, undefined)
        : request,
    ),
    seenBy: ['SaveLockMatrix.BothKinds.OnWopiLocked', 'SaveLockMatrix.BothKinds.OnCoauthored'],
  },
  {
    does: 'lets everybody save into a file that is not locked',
    proxy: on(OVERRIDES.put, savingUnlocked),
    seenBy: ['LockMatrix.PutFile.OnUnlocked', 'LockMatrix.PutFileWithoutLock.OnUnlocked'],
  },
  {
    does: 'renames a file whatever locks are presented',
    proxy: answering(OVERRIDES.renameFile, (answer) => ({ ...answer, status: 200 })),
    seenBy: ['RenameLocks.NoLock', 'RenameCoauthLocks.BothKinds'],
  },
]

function lowerCase(name: string): (request: HttpRequest) => HttpRequest {
  return (request) => withHeader(request, name, headerOf(request.headers, name)?.toLowerCase())
}

function newVersions(host: Send): Send {
  let count = 0
  return answering('*', (answer) =>
    headerOf(answer.headers, HEADERS.coauthTableVersion) === undefined
      ? answer
      : withHeader(answer, HEADERS.coauthTableVersion, String(++count)),
  )(host)
}

async function savingUnlocked(request: HttpRequest, host: Send): Promise<HttpResponse> {
  const answer = await host(request)
  if (answer.status !== 409 || headerOf(answer.headers, HEADERS.lock) !== '') return answer
  const own = withHeader(request, HEADERS.lock, 'own')
  const send = (override: string) => {
    const url = request.url.replace('/contents?', '?')
    return host(withHeader({ ...own, url, body: new Uint8Array(0) }, HEADERS.override, override))
  }
  await send(OVERRIDES.lock)
  const saved = await host(own)
  await send(OVERRIDES.unlock)
  return saved
}

/** Writes locks over whatever there is by now. */
function looseLocks(stores: TestStores): TestStores {
  const latest = readingByKey(stores)
  return {
    blobs: stores.blobs,
    metadata: {
      ...latest.metadata,
      async replaceLocks(documentKey, lockVersion, locks) {
        for (;;) {
          const version = (await latest.find(documentKey))?.lockVersion ?? lockVersion
          const replaced = await stores.metadata.replaceLocks(documentKey, version, locks)
          if (replaced.ok) return replaced
        }
      },
    },
  }
}
