import { HEADERS, OVERRIDES } from '../../protocol/names.ts'
import { encodeUtf7 } from '../../protocol/utf7.ts'
import type { Suite } from '../cases/case.ts'
import type { CoauthLockFields, NameMode, Request } from '../cases/request.ts'
import type { Text } from '../cases/values.ts'
import { bytesOf } from './content.ts'
import { getChunkedFileBody, putChunkedFileBody, rawBody } from './request-body.ts'
import { resolve, resolveIfSaved, type State } from './state.ts'

/** What is special about one operation's requests. */
export interface RequestParts {
  /** POST when left out. */
  method?: string
  /** Behind the path of the address. */
  suffix?: string
  override?: string
  /** Entries without value are not sent; empty ones are. */
  headers?: readonly (readonly [name: string, value: string | undefined])[]
  body?: Uint8Array
}

interface Tools {
  state: State
  resources: Suite['resources']
  text(value: Text): string
  optional(value: Text | undefined): string | undefined
}

type Operation = Request['operation']
type RequestOf<Name> = Extract<Request, { operation: Name }>
type PartsReader<Name extends Operation> = (
  request: RequestOf<Name>,
  tools: Tools,
) => RequestParts | Promise<RequestParts>

/** @throws CaseError when a value or a file that it needs is not there */
export async function partsOf(
  request: Request,
  { state, resources }: Pick<Tools, 'state' | 'resources'>,
): Promise<RequestParts> {
  const read = READERS[request.operation] as PartsReader<Operation>
  const text = (value: Text) => resolve(state, value)
  const optional = (value: Text | undefined) => (value === undefined ? undefined : text(value))
  return read(request, { state, resources, text, optional })
}

const READERS: { [Name in Operation]: PartsReader<Name> } = {
  CheckFileInfo: get(''),
  CheckContainerInfo: get(''),
  CheckEcosystem: get(''),
  GetFromFileUrl: get(''),
  GetFile: get('/contents'),
  EnumerateAncestors: get('/ancestry'),
  GetEcosystem: get('/ecosystem_pointer'),
  GetRootContainer: get('/root_container_pointer'),
  GetLock: post(OVERRIDES.getLock),
  GetSequenceNumber: post(OVERRIDES.getSequenceNumber),
  DeleteFile: post(OVERRIDES.deleteFile),
  DeleteContainer: post(OVERRIDES.deleteContainer),
  EnumerateChildren: ({ extensions }) => ({
    method: 'GET',
    suffix: '/children',
    headers: [[HEADERS.fileExtensionFilterList, extensions]],
  }),
  Lock: ({ lock, lockUserVisible }, { text }) => ({
    override: OVERRIDES.lock,
    headers: [
      [HEADERS.lock, text(lock)],
      [HEADERS.lockUserVisible, booleanText(lockUserVisible)],
    ],
  }),
  Unlock: ({ lock }, { text }) => ({
    override: OVERRIDES.unlock,
    headers: [[HEADERS.lock, text(lock)]],
  }),
  RefreshLock: ({ lock }, { text }) => ({
    override: OVERRIDES.refreshLock,
    headers: [[HEADERS.lock, text(lock)]],
  }),
  UnlockAndRelock: ({ newLock, oldLock }, { text }) => ({
    override: OVERRIDES.lock,
    headers: [
      [HEADERS.lock, text(newLock)],
      [HEADERS.oldLock, text(oldLock)],
    ],
  }),
  PutFile: ({ lock, content }, { optional, resources }) => ({
    suffix: '/contents',
    override: OVERRIDES.put,
    headers: [[HEADERS.lock, optional(lock) || undefined]],
    body: bytesOf(content, resources),
  }),
  PutRelativeFile({ name, mode, overwrite, content }, { text, resources }) {
    const body = bytesOf(content, resources)
    const size = [HEADERS.size, String(body.length)] as const
    const headers = [size, ...targetHeaders(text(name), mode, overwrite)]
    return { override: OVERRIDES.putRelative, headers, body }
  },
  CreateChildFile: ({ name, mode, overwrite }, { text }) => ({
    override: OVERRIDES.createChildFile,
    headers: targetHeaders(text(name), mode, overwrite),
  }),
  CreateChildContainer: ({ name, mode }, { text }) => ({
    override: OVERRIDES.createChildContainer,
    headers: targetHeaders(text(name), mode),
  }),
  RenameContainer: ({ name }, { text }) => ({
    override: OVERRIDES.renameContainer,
    headers: [[HEADERS.requestedName, encodeUtf7(text(name))]],
  }),
  RenameFile: ({ name, lock, coauthLockId }, { text, optional }) => ({
    override: OVERRIDES.renameFile,
    headers: [
      [HEADERS.requestedName, encodeUtf7(text(name))],
      [HEADERS.lock, optional(lock) ?? ''],
      [HEADERS.coauthLockId, optional(coauthLockId) ?? ''],
    ],
  }),
  GetNewAccessToken: ({ wopiSrc }, { text }) => ({
    override: OVERRIDES.getNewAccessToken,
    headers: [[HEADERS.wopiSrc, text(wopiSrc)]],
  }),
  PutToFileUrl: ({ content }, { resources }) => ({
    method: 'PUT',
    body: bytesOf(content, resources),
  }),
  GetShareUrl: ({ urlType }, { text }) => ({
    override: OVERRIDES.getShareUrl,
    headers: [[HEADERS.urlType, text(urlType)]],
  }),
  AddActivities: ({ body }) => ({ override: OVERRIDES.addActivities, body: utf8(body) }),
  PutUserInfo: ({ body }) => ({ override: OVERRIDES.putUserInfo, body: utf8(body) }),
  GetCoauthLock: (request, { optional }) => ({
    override: OVERRIDES.getCoauthLock,
    ...coauthParts(request, optional, [[HEADERS.coauthLockType, optional(request.type)]]),
  }),
  RefreshCoauthLock: (request, { optional }) => ({
    override: OVERRIDES.refreshCoauthLock,
    ...coauthParts(request, optional),
  }),
  UnlockCoauthLock: ({ coauthLockId }, { optional }) => ({
    override: OVERRIDES.unlockCoauthLock,
    headers: [[HEADERS.coauthLockId, optional(coauthLockId)]],
  }),
  GetCoauthTable: ({ version }, { state }) => ({
    override: OVERRIDES.getCoauthTable,
    headers: [[HEADERS.coauthTableVersion, resolveIfSaved(state, version) ?? '']],
  }),
  GetChunkedFile: async (request, { resources }) => ({
    override: OVERRIDES.getChunkedFile,
    body: await getChunkedFileBody(request, resources),
  }),
  PutChunkedFile: async (request, { optional, state, resources }) => ({
    suffix: '/contents',
    override: OVERRIDES.putChunkedFile,
    headers: [
      [HEADERS.sequenceNumber, optional(request.sequenceNumber)],
      [HEADERS.lock, optional(request.lock) ?? ''],
      [HEADERS.coauthLockId, optional(request.coauthLockId) ?? ''],
      [HEADERS.editors, optional(request.editors) ?? ''],
    ],
    body: await putChunkedFileBody(request, state, resources),
  }),
  Raw: ({ method, path, override, headers = [], body }, { text, state, resources }) => ({
    method,
    ...(path !== undefined && { suffix: path }),
    ...(override !== undefined && { override }),
    headers: headers.map(([name, value]) => [name, text(value)]),
    ...(body && { body: rawBody(body, state, resources) }),
  }),
}

function get(suffix: string): () => RequestParts {
  return () => ({ method: 'GET', suffix })
}

function post(override: string): () => RequestParts {
  return () => ({ override })
}

function targetHeaders(name: string, mode: NameMode, overwrite?: boolean) {
  const encoded = encodeUtf7(name)
  const exact = mode === 'ExactName'
  return [
    [HEADERS.suggestedTarget, exact ? undefined : encoded],
    [HEADERS.relativeTarget, mode === 'Suggested' ? undefined : encoded],
    [HEADERS.overwriteRelativeTarget, exact ? booleanText(overwrite) : undefined],
  ] as const
}

function coauthParts(
  fields: CoauthLockFields,
  optional: (value: Text | undefined) => string | undefined,
  own: readonly (readonly [name: string, value: string | undefined])[] = [],
): RequestParts {
  const { metadataAsBody } = fields
  const inHeader = metadataAsBody === undefined
  return {
    headers: [
      ...own,
      [HEADERS.coauthLockMetadata, inHeader ? optional(fields.metadata) : undefined],
      [HEADERS.coauthLockId, optional(fields.coauthLockId)],
      [HEADERS.coauthLockExpirationTimeout, optional(fields.expirationTimeout)],
    ],
    ...(!inHeader && { body: utf8(JSON.stringify({ CoauthLockMetadata: metadataAsBody })) }),
  }
}

/** As .NET writes booleans. */
function booleanText(value: boolean | undefined): string | undefined {
  return value === undefined ? undefined : value ? 'True' : 'False'
}

function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}
