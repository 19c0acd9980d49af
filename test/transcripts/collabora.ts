import { type Exchange, type Needs, PRESENT, type Transcript } from './transcript.ts'

/** What every request of Collabora Online's server carries (wsd/wopi/StorageConnectionManager.cpp). */
const COMMON = { 'User-Agent': 'COOLWSD WOPI Agent 25.04.1.1', 'X-COOL-WOPI-ServerId': '1f9c2ab4' }
const LOCK_TOKEN = 'cool-lock8d2f31ab'
const LOCK = { 'X-WOPI-Lock': LOCK_TOKEN }
const BINARY = { 'Content-Type': 'application/octet-stream' }

/** The first requests, in the order in which they come: the file, its lock, its content. */
function open(content: string): Exchange[] {
  return [
    {
      does: 'reads what the file is and what its user may do',
      method: 'GET',
      to: 'file',
      headers: COMMON,
      needs: {
        status: 200,
        json: {
          BaseFileName: PRESENT,
          OwnerId: { has: '^[A-Za-z0-9]+$' },
          UserId: { has: '^[A-Za-z0-9]+$' },
          UserFriendlyName: PRESENT,
          Size: content.length,
          UserCanWrite: true,
          // Absent is true there, and takes Save As away.
          UserCanNotWriteRelative: false,
          SupportsLocks: true,
          SupportsRename: true,
          UserCanRename: true,
          FileUrl: PRESENT,
          LastModifiedTime: PRESENT,
        },
      },
      keeps: { Time: 'LastModifiedTime', FileUrl: 'FileUrl' },
    },
    lock('takes the lock'),
    {
      does: 'loads the document',
      method: 'GET',
      to: '{FileUrl}',
      headers: COMMON,
      needs: { status: 200, body: content },
    },
  ]
}

function lock(does: string, override: 'LOCK' | 'UNLOCK' = 'LOCK'): Exchange {
  const headers = { ...COMMON, 'X-WOPI-Override': override, ...LOCK }
  return { does, method: 'POST', to: 'file', headers, needs: { status: 200 } }
}

interface SaveKind {
  auto?: boolean
  exit?: boolean
  /** In the spelling of older versions, too. */
  legacy?: boolean
  /** The time that is sent; a forced save sends none. */
  time?: 'Time' | 'Stale'
  extendedData?: string
}

const SAVED: Needs = {
  status: 200,
  json: { LastModifiedTime: { differsFrom: 'Time' } },
}

function save(does: string, body: string, kind: SaveKind, needs = SAVED): Exchange {
  const said: Record<string, string> = {
    IsModifiedByUser: 'true',
    IsAutosave: String(kind.auto ?? false),
    IsExitSave: String(kind.exit ?? false),
    ...(kind.extendedData && { ExtendedData: kind.extendedData }),
    ...(kind.time && { Timestamp: `{${kind.time}}` }),
  }
  const spelt = (prefix: string) =>
    Object.fromEntries(Object.entries(said).map(([name, value]) => [`${prefix}${name}`, value]))
  return {
    does,
    method: 'POST',
    to: 'contents',
    headers: {
      ...COMMON,
      ...LOCK,
      'X-WOPI-Override': 'PUT',
      ...spelt('X-COOL-WOPI-'),
      ...(kind.legacy && spelt('X-LOOL-WOPI-')),
      ...(kind.exit && { Connection: 'close' }),
      ...BINARY,
    },
    body,
    needs,
    ...(needs.status === 200 && { keeps: { Time: 'LastModifiedTime' } }),
  }
}

const CLOSE = [
  save('saves as it closes', 'Last', { exit: true, time: 'Time' }),
  lock('gives the lock back', 'UNLOCK'),
]

export const COLLABORA: readonly Transcript[] = [
  {
    name: 'Collabora opens, edits, saves by itself and closes',
    document: { name: 'Letter.odt', content: 'First' },
    exchanges: [
      ...open('First'),
      save('saves by itself', 'Second', { auto: true, time: 'Time' }),
      lock('refreshes the lock'),
      save('saves at once again', 'Third', { auto: true, time: 'Time', legacy: true }),
      save('saves for its page', 'Fourth', {
        time: 'Time',
        extendedData: 'CustomFlag=Custom+Value',
      }),
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'Collabora sees that somebody else has saved, and saves over it when its user says so',
    document: { name: 'Letter.odt', content: 'First' },
    exchanges: [
      ...open('First').map((exchange, at) =>
        at === 0
          ? { ...exchange, keeps: { ...exchange.keeps, Stale: 'LastModifiedTime' } }
          : exchange,
      ),
      save('saves', 'By somebody else', { time: 'Time' }),
      save(
        'saves what it has',
        'Mine',
        { time: 'Stale' },
        {
          status: 409,
          json: { COOLStatusCode: 1010, LOOLStatusCode: 1010 },
        },
      ),
      save('saves by force', 'Mine', {}),
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'Collabora renames, tells its page, and checks the next save',
    document: { name: 'Letter.odt', content: 'First' },
    exchanges: [
      ...open('First'),
      save('saves first', 'Second', { time: 'Time' }),
      {
        does: 'renames, with the document as the body',
        method: 'POST',
        to: 'file',
        headers: {
          ...COMMON,
          ...LOCK,
          'X-WOPI-Override': 'RENAME_FILE',
          'X-WOPI-RequestedName': 'Gr+APwA3w-e',
          ...BINARY,
        },
        body: 'Second',
        needs: {
          status: 200,
          json: {
            Name: 'Grüße',
            Url: { has: '/wopi/files/\\w+\\?access_token=' },
            LastModifiedTime: '{Time}',
          },
        },
        keeps: { Time: 'LastModifiedTime' },
      },
      save('saves after it', 'Third', { time: 'Time' }),
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'Collabora saves a copy, and goes on with the document that stays open',
    document: { name: 'Letter.odt', content: 'First' },
    exchanges: [
      ...open('First'),
      save('saves first', 'Second', { time: 'Time' }),
      {
        does: 'saves a copy',
        method: 'POST',
        to: 'file',
        headers: {
          ...COMMON,
          'X-WOPI-Override': 'PUT_RELATIVE',
          'X-WOPI-Size': '4',
          'X-WOPI-SuggestedTarget': 'Kopie +APwA3w.odt',
          ...BINARY,
        },
        body: 'Copy',
        needs: {
          status: 200,
          json: { Name: 'Kopie üß.odt', Url: PRESENT, LastModifiedTime: '{Time}' },
        },
        keeps: { Time: 'LastModifiedTime', Copy: 'Url' },
      },
      {
        does: 'opens the copy',
        method: 'GET',
        to: '{Copy}',
        headers: COMMON,
        needs: { status: 200, json: { Size: 4, BaseFileName: 'Kopie üß.odt' } },
      },
      save('saves after it', 'Third', { time: 'Time' }),
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'Collabora gives its lock back before the last save, which is not lost',
    document: { name: 'Letter.odt', content: 'First' },
    exchanges: [
      ...open('First'),
      lock('gives the lock back', 'UNLOCK'),
      save('saves as it closes', 'Last', { exit: true, time: 'Time' }),
    ],
    leaves: 'Last',
  },
]
