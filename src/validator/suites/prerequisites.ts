import type { Case } from '../cases/case.ts'
import type { Request } from '../cases/request.ts'
import type { JsonProperty, Validator } from '../cases/validator.ts'

const TAGGED: readonly Validator[] = [
  { check: 'status', expected: 200 },
  { check: 'header', name: 'ETag', required: true },
]

/** What a host has to promise in CheckFileInfo before cases ask for it. */
export const PREREQUISITES: readonly Case[] = [
  promise('UpdateAndLocks', ['SupportsUpdate', 'SupportsLocks', 'UserCanWrite']),
  promise('GetLock', ['SupportsGetLock']),
  promise('ExtendedLockLength', ['SupportsExtendedLockLength']),
  promise('Rename', ['SupportsRename', 'UserCanRename']),
  promise('Coauth', ['SupportsCoauth']),
  promise('ResumableFileTransfer', ['SupportsResumableFileTransfer']),
  promise('OtherFiles', ['SupportsDeleteFile'], ['UserCanNotWriteRelative']),
  promise('Ecosystem', ['SupportsEcosystem']),
  promise('Containers', ['SupportsContainers']),
  promise('GetFileWopiSrc', ['SupportsGetFileWopiSrc']),
  promised('HostViewUrl', [{ name: 'HostViewUrl', type: 'absoluteUrl', required: true }]),
  promised('FileUrl', [{ name: 'FileUrl', type: 'absoluteUrl', required: true }]),
  promised('LastModifiedTime', [{ name: 'LastModifiedTime', type: 'string', required: true }]),
  promise('UpdateWithoutLocks', ['SupportsUpdate', 'UserCanWrite'], ['SupportsLocks']),
  tagged('ETagOfGetFile', [{ operation: 'GetFile', validators: TAGGED }]),
  tagged('ETagOfFileUrl', [
    { operation: 'CheckFileInfo', save: [{ name: 'FileUrl', from: { json: 'FileUrl' } }] },
    { operation: 'GetFromFileUrl', url: { state: 'FileUrl' }, validators: TAGGED },
  ]),
]

/** An answer comes with an entity tag: nobody has to send one. */
function tagged(name: string, requests: readonly Request[]): Case {
  return {
    name,
    category: 'BuiltIn',
    description: 'The host tells versions of the content apart by entity tags',
    hasDelay: false,
    requests,
    cleanup: [],
  }
}

/** `names` must be true, `not` must not. */
function promise(name: string, names: readonly string[], not: readonly string[] = []): Case {
  const properties = [
    ...names.map((property) => ({ name: property, required: true, expected: true })),
    ...not.map((property) => ({ name: property, expected: false })),
  ].map((property) => ({ type: 'boolean' as const, ...property }))
  return promised(name, properties)
}

function promised(name: string, properties: readonly JsonProperty[]): Case {
  const validators: Validator[] = [
    { check: 'status', expected: 200 },
    { check: 'json', properties },
  ]
  return {
    name,
    category: 'BuiltIn',
    description: 'CheckFileInfo promises what the cases need',
    hasDelay: false,
    requests: [{ operation: 'CheckFileInfo', validators }],
    cleanup: [],
  }
}
