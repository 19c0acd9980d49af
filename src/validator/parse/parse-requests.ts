import type { Step } from '../cases/case.ts'
import { CasesError } from '../cases/cases-error.ts'
import type {
  CoauthLockFields,
  NameMode,
  ParameterlessOperation,
  Request,
  RequestBase,
} from '../cases/request.ts'
import { DELAY_MAX_SECONDS } from '../limits.ts'
import { BASE_CHILDREN, readBase } from './parse-request-base.ts'
import { readGetChunkedFile, readPutChunkedFile } from './parse-transfer.ts'
import type { XmlElement } from './xml.ts'
import {
  allowOnly,
  booleanOf,
  childOf,
  integerOf,
  oneOf,
  optional,
  requiredOf,
  textOf,
  withStateKey,
} from './xml-reader.ts'

const COAUTH_ATTRIBUTES = [
  'CoauthLockId',
  'CoauthLockExpirationTimeout',
  'CoauthLockMetadata',
  'CoauthLockMetadataAsBody',
]

type OwnMembers<T> = T extends unknown ? Omit<T, keyof RequestBase> : never
type OwnRequest = OwnMembers<Request>

interface Reader {
  attributes?: string[]
  children?: string[]
  read(element: XmlElement): OwnRequest
}

const READERS: Record<string, Reader> = {
  CheckFileInfo: parameterless('CheckFileInfo'),
  // Microsoft's validator sends neither of these locks, and neither of these addresses.
  GetFile: parameterless('GetFile', 'Lock'),
  GetLock: parameterless('GetLock', 'Lock'),
  CheckEcosystem: parameterless('CheckEcosystem', 'EcosystemUrl'),
  GetRootContainer: parameterless('GetRootContainer', 'WopiSrc'),
  GetSequenceNumber: parameterless('GetSequenceNumber'),
  EnumerateAncestors: parameterless('EnumerateAncestors'),
  GetEcosystem: parameterless('GetEcosystem'),
  CheckContainerInfo: parameterless('CheckContainerInfo'),
  DeleteContainer: parameterless('DeleteContainer'),
  DeleteFile: parameterless('DeleteFile'),
  GetFromFileUrl: parameterless('GetFromFileUrl'),
  Lock: {
    attributes: ['Lock', 'LockUserVisible'],
    read(element) {
      const lockUserVisible = booleanOf(element, 'LockUserVisible')
      return {
        operation: 'Lock',
        lock: textOf(requiredOf(element, 'Lock')),
        ...(lockUserVisible !== undefined && { lockUserVisible }),
      }
    },
  },
  Unlock: {
    attributes: ['Lock'],
    read: (element) => ({ operation: 'Unlock', lock: textOf(requiredOf(element, 'Lock')) }),
  },
  RefreshLock: {
    attributes: ['Lock'],
    read: (element) => ({ operation: 'RefreshLock', lock: textOf(requiredOf(element, 'Lock')) }),
  },
  UnlockAndRelock: {
    attributes: ['OldLock', 'NewLock'],
    read: (element) => ({
      operation: 'UnlockAndRelock',
      oldLock: textOf(requiredOf(element, 'OldLock')),
      newLock: textOf(requiredOf(element, 'NewLock')),
    }),
  },
  PutFile: {
    attributes: ['Lock', 'ResourceId'],
    children: ['RequestBody'],
    read: (element) => ({
      operation: 'PutFile',
      ...optional(element, 'Lock', 'lock'),
      content: bodyOrResource(element),
    }),
  },
  PutRelativeFile: {
    attributes: ['Name', 'ResourceId', 'PutRelativeFileMode', 'OverwriteRelative'],
    read: (element) => ({
      operation: 'PutRelativeFile',
      ...namedTarget(element, 'Name'),
      ...overwriteOf(element),
      content: { resource: requiredOf(element, 'ResourceId') },
    }),
  },
  CreateChildFile: {
    attributes: ['Name', 'PutRelativeFileMode', 'OverwriteRelative'],
    read: (element) => ({
      operation: 'CreateChildFile',
      ...namedTarget(element, 'Name'),
      ...overwriteOf(element),
    }),
  },
  CreateChildContainer: {
    attributes: ['FolderName', 'PutRelativeFileMode'],
    read: (element) => ({
      operation: 'CreateChildContainer',
      ...namedTarget(element, 'FolderName'),
    }),
  },
  EnumerateChildren: {
    attributes: ['FileExtensionFilterList'],
    read({ attributes: { FileExtensionFilterList: extensions } }) {
      return { operation: 'EnumerateChildren', ...(extensions !== undefined && { extensions }) }
    },
  },
  RenameContainer: {
    attributes: ['Name'],
    read: (element) => ({
      operation: 'RenameContainer',
      name: textOf(requiredOf(element, 'Name')),
    }),
  },
  RenameFile: {
    attributes: ['Name', 'Lock', 'CoauthLockId'],
    read: (element) => ({
      operation: 'RenameFile',
      name: textOf(requiredOf(element, 'Name')),
      ...optional(element, 'Lock', 'lock'),
      ...optional(element, 'CoauthLockId', 'coauthLockId'),
    }),
  },
  GetNewAccessToken: {
    attributes: ['WopiSrc'],
    read: (element) => ({
      operation: 'GetNewAccessToken',
      wopiSrc: textOf(requiredOf(element, 'WopiSrc')),
    }),
  },
  PutToFileUrl: {
    attributes: ['ResourceId'],
    read: (element) => ({
      operation: 'PutToFileUrl',
      content: { resource: requiredOf(element, 'ResourceId') },
    }),
  },
  GetShareUrl: {
    attributes: ['UrlType'],
    read: (element) => ({
      operation: 'GetShareUrl',
      urlType: textOf(requiredOf(element, 'UrlType')),
    }),
  },
  AddActivities: {
    children: ['RequestBody'],
    read: (element) => ({ operation: 'AddActivities', body: bodyOf(element) }),
  },
  PutUserInfo: {
    children: ['RequestBody'],
    read: (element) => ({ operation: 'PutUserInfo', body: bodyOf(element) }),
  },
  GetCoauthLock: {
    attributes: [...COAUTH_ATTRIBUTES, 'CoauthLockType'],
    read: (element) => ({
      operation: 'GetCoauthLock',
      // An empty type is not sent.
      ...(element.attributes.CoauthLockType && optional(element, 'CoauthLockType', 'type')),
      ...coauthFields(element),
    }),
  },
  RefreshCoauthLock: {
    attributes: COAUTH_ATTRIBUTES,
    read: (element) => ({ operation: 'RefreshCoauthLock', ...coauthFields(element) }),
  },
  UnlockCoauthLock: {
    attributes: ['CoauthLockId'],
    read: (element) => ({
      operation: 'UnlockCoauthLock',
      ...optional(element, 'CoauthLockId', 'coauthLockId'),
    }),
  },
  GetCoauthTable: {
    attributes: ['CoauthTableVersion', 'CoauthTableVersionStateKey'],
    read: (element) => ({
      operation: 'GetCoauthTable',
      ...withStateKey(element, 'CoauthTableVersion', 'version'),
    }),
  },
  GetChunkedFile: {
    children: ['ContentPropertiesToReturn', 'ContentFilters'],
    read: readGetChunkedFile,
  },
  PutChunkedFile: {
    attributes: ['SequenceNumber', 'SequenceNumberStateKey', 'Lock', 'CoauthLockId', 'Editors'],
    children: ['ContentProperties', 'ContentStreams', 'UploadSessionTokenToCommit'],
    read: readPutChunkedFile,
  },
}

/** @throws CasesError */
export function readStep(element: XmlElement): Step {
  if (element.name === 'Delay') {
    allowOnly(element, { attributes: ['DelayTimeInSeconds'] })
    return { operation: 'Delay', seconds: delayOf(element) }
  }
  const reader = Object.hasOwn(READERS, element.name) ? READERS[element.name] : undefined
  if (!reader) throw new CasesError(`There is no request <${element.name}>`, element.line)
  allowOnly(element, {
    attributes: ['OverrideUrl', ...(reader.attributes ?? [])],
    children: [...BASE_CHILDREN, ...(reader.children ?? [])],
  })
  return { ...reader.read(element), ...readBase(element) } as Request
}

function delayOf(element: XmlElement): number {
  const seconds = integerOf(element, 'DelayTimeInSeconds') ?? 0
  if (seconds >= 0 && seconds <= DELAY_MAX_SECONDS) return seconds
  throw new CasesError(`A delay takes from 0 to ${DELAY_MAX_SECONDS} seconds`, element.line)
}

function coauthFields(element: XmlElement): CoauthLockFields {
  const metadataAsBody = element.attributes.CoauthLockMetadataAsBody
  return {
    ...optional(element, 'CoauthLockId', 'coauthLockId'),
    ...optional(element, 'CoauthLockExpirationTimeout', 'expirationTimeout'),
    ...optional(element, 'CoauthLockMetadata', 'metadata'),
    ...(metadataAsBody !== undefined && { metadataAsBody }),
  }
}

function namedTarget(element: XmlElement, attribute: string) {
  const modes: readonly NameMode[] = ['Suggested', 'ExactName', 'Conflicting']
  return {
    name: textOf(requiredOf(element, attribute)),
    mode: oneOf(element, 'PutRelativeFileMode', modes),
  }
}

function overwriteOf(element: XmlElement): { overwrite?: boolean } {
  const overwrite = booleanOf(element, 'OverwriteRelative')
  return overwrite === undefined ? {} : { overwrite }
}

function bodyOf(element: XmlElement): string {
  const body = childOf(element, 'RequestBody')
  if (!body) throw new CasesError(`<${element.name}> needs <RequestBody>`, element.line)
  allowOnly(body, {})
  return body.text
}

function bodyOrResource(element: XmlElement) {
  if (childOf(element, 'RequestBody')) return { text: bodyOf(element) }
  return { resource: requiredOf(element, 'ResourceId') }
}

function parameterless(operation: ParameterlessOperation, ...ignored: string[]): Reader {
  return { attributes: ignored, read: () => ({ operation }) }
}
