import { type Exchange, PRESENT, type Transcript } from './transcript.ts'

/** What every request of ONLYOFFICE Docs carries (Common/sources/utils, wopiUtils). */
const COMMON = {
  'X-WOPI-TimeStamp': '639000000000000000',
  'X-WOPI-ClientVersion': '9.0.4.50',
  'X-WOPI-CorrelationId': '5b6ba0f1-3a3b-4a7f-8f7d-6c2a6b3d9e10',
  'X-WOPI-SessionId': '0190f3a1-7b1e-7cc3-98c4-dc0c0c07398f',
}
/** The last part of the WOPISrc, which names the edited document, and is its lock for all users. */
const LOCK = { 'X-WOPI-Lock': '{fileId}' }
const DOCX = {
  'Content-Type': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
}

function checkFileInfo(does: string, size: number, by?: 'second user'): Exchange {
  return {
    does,
    method: 'GET',
    to: 'file',
    headers: COMMON,
    ...(by && { by }),
    needs: {
      status: 200,
      json: {
        BaseFileName: PRESENT,
        FileExtension: PRESENT,
        Size: size,
        UserId: { has: '^[A-Za-z0-9]+$' },
        UserFriendlyName: PRESENT,
        Version: PRESENT,
        LastModifiedTime: PRESENT,
        UserCanWrite: true,
        SupportsUpdate: true,
        SupportsLocks: true,
        SupportsRename: true,
        FileNameMaxLength: PRESENT,
      },
    },
    keeps: { Time: 'LastModifiedTime', UserId: 'UserId', FileUrl: 'FileUrl', Version: 'Version' },
  }
}

function lock(does: string, override: 'LOCK' | 'UNLOCK', by?: 'second user'): Exchange {
  const headers = { 'X-WOPI-Override': override, ...LOCK, ...COMMON }
  return { does, method: 'POST', to: 'file', headers, ...(by && { by }), needs: { status: 200 } }
}

function load(content: string): Exchange {
  return {
    does: 'loads the document',
    method: 'GET',
    to: '{FileUrl}',
    headers: { ...COMMON, 'X-WOPI-MaxExpectedSize': '104857600' },
    needs: { status: 200, body: content },
  }
}

interface SaveKind {
  auto?: boolean
  exit?: boolean
  locked?: boolean
  time?: string
}

function save(does: string, body: string, kind: SaveKind, status = 200): Exchange {
  const { auto = false, exit = false, locked = true, time } = kind
  return {
    does,
    method: 'POST',
    to: 'contents',
    headers: {
      'X-WOPI-Override': 'PUT',
      ...(locked && LOCK),
      'X-WOPI-Editors': '{UserId}',
      ...COMMON,
      'X-LOOL-WOPI-IsModifiedByUser': String(locked),
      'X-LOOL-WOPI-IsAutosave': String(auto),
      'X-LOOL-WOPI-IsExitSave': String(exit),
      ...(time && { 'X-LOOL-WOPI-Timestamp': `{${time}}` }),
      ...DOCX,
    },
    body,
    needs:
      status === 200 ? { status, json: { LastModifiedTime: { differsFrom: 'Time' } } } : { status },
    ...(status === 200 && { keeps: { Time: 'LastModifiedTime' } }),
  }
}

function open(content: string): Exchange[] {
  const size = content.length
  return [
    checkFileInfo('reads what the file is', size),
    lock('takes the lock', 'LOCK'),
    load(content),
  ]
}

const CLOSE = [
  save('saves as the last user leaves', 'Last', { exit: true, time: 'Time' }),
  lock('gives the lock back', 'UNLOCK'),
]

export const ONLYOFFICE: readonly Transcript[] = [
  {
    name: 'ONLYOFFICE opens for two users, saves by itself and closes',
    document: { name: 'Report.docx', content: 'First' },
    exchanges: [
      ...open('First'),
      checkFileInfo('opens it for another user', 5, 'second user'),
      lock('takes the same lock for another user', 'LOCK', 'second user'),
      save('saves by itself', 'Second', { auto: true, time: 'Time' }),
      save('saves by itself again', 'Third', { auto: true, time: 'Time' }),
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'ONLYOFFICE fills an empty file from its template before it takes the lock',
    document: { name: 'New.docx', content: '' },
    exchanges: [
      checkFileInfo('reads what the file is', 0),
      save('fills it', 'Template', { locked: false }),
      lock('takes the lock', 'LOCK'),
      load('Template'),
      save('saves by itself', 'Second', { auto: true, time: 'Time' }),
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'ONLYOFFICE is refused a save after somebody else’s, and notices it on reopening',
    document: { name: 'Report.docx', content: 'First' },
    exchanges: [
      ...open('First').map((exchange, at) =>
        at === 0
          ? {
              ...exchange,
              keeps: { ...exchange.keeps, Stale: 'LastModifiedTime', OldVersion: 'Version' },
            }
          : exchange,
      ),
      save('saves', 'By somebody else', { time: 'Time' }),
      save('saves what it has', 'Mine', { time: 'Stale' }, 409),
      lock('gives the lock back', 'UNLOCK'),
      {
        does: 'looks whether its cached document is still the newest',
        method: 'GET',
        to: 'file',
        headers: COMMON,
        needs: {
          status: 200,
          json: {
            Version: { differsFrom: 'OldVersion' },
            LastModifiedTime: { differsFrom: 'Stale' },
          },
        },
      },
    ],
    leaves: 'By somebody else',
  },
  {
    name: 'ONLYOFFICE renames under its lock',
    document: { name: 'Report.docx', content: 'First' },
    exchanges: [
      ...open('First'),
      {
        does: 'renames',
        method: 'POST',
        to: 'file',
        headers: {
          'X-WOPI-Override': 'RENAME_FILE',
          ...LOCK,
          'X-WOPI-RequestedName': '+BB4EQgRHBDUEQg-',
          ...COMMON,
        },
        needs: { status: 200, json: { Name: 'Отчет' } },
      },
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'ONLYOFFICE saves a copy without X-WOPI-Size',
    document: { name: 'Report.docx', content: 'First' },
    exchanges: [
      ...open('First'),
      {
        does: 'saves a copy',
        method: 'POST',
        to: 'file',
        headers: {
          'X-WOPI-Override': 'PUT_RELATIVE',
          'X-WOPI-SuggestedTarget': 'Copy.pdf',
          ...COMMON,
          'Content-Type': 'application/pdf',
        },
        body: 'A PDF',
        needs: { status: 200, json: { Name: 'Copy.pdf', Url: PRESENT } },
      },
      ...CLOSE,
    ],
    leaves: 'Last',
  },
  {
    name: 'ONLYOFFICE converts, and leads to the page that edits the new file',
    document: { name: 'Old.doc', content: 'First' },
    exchanges: [
      checkFileInfo('reads what the file is', 5),
      load('First'),
      {
        does: 'saves what the file has become',
        method: 'POST',
        to: 'file',
        headers: {
          'X-WOPI-Override': 'PUT_RELATIVE',
          'X-WOPI-SuggestedTarget': '.docx',
          'X-WOPI-FileConversion': 'true',
          ...COMMON,
          ...DOCX,
        },
        body: 'Converted',
        needs: {
          status: 200,
          json: {
            Name: 'Old.docx',
            Url: PRESENT,
            HostEditUrl: { has: '^https://docs\\.example\\.com/edit/\\w+$' },
          },
        },
        keeps: { Converted: 'Url' },
      },
      {
        does: 'opens the new file',
        method: 'GET',
        to: '{Converted}',
        headers: COMMON,
        needs: { status: 200, json: { Size: 9, FileExtension: '.docx' } },
      },
    ],
    leaves: 'First',
  },
]
